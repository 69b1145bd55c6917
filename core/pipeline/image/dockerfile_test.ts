import assert from "node:assert/strict";
import { parseDigest } from "../../model/digest.ts";
import { generateDockerfile } from "./dockerfile.ts";
import { parseDockerfile } from "./dockerfile_instructions.ts";
import type { PythonLockKind } from "./python_lock.ts";

const BASE = parseDigest(`sha256:${"1".repeat(64)}`);
const KINDS: readonly PythonLockKind[] = ["requirements", "conda", "uv", "pdm"];

async function shellAccepts(script: string): Promise<string> {
  const { stderr } = await new Deno.Command("sh", { args: ["-n", "-c", script], stderr: "piped" }).output();
  return new TextDecoder().decode(stderr);
}

Deno.test("generateDockerfile() builds on the digest, as a user that may install", () => {
  const { instructions } = parseDockerfile(
    generateDockerfile({ base: BASE, systemPackages: [{ name: "bc" }] }).text,
  );

  assert.deepEqual(instructions.map(({ keyword }) => keyword), ["FROM", "USER", "COPY", "RUN"]);
  assert.equal(instructions[0]?.rest, BASE);
});

Deno.test("generateDockerfile() writes versions as each package manager reads them", () => {
  const { scripts } = generateDockerfile({
    base: BASE,
    systemPackages: [{ name: "bc", version: "1:2~3" }, { name: "zip" }],
  });
  const text = scripts["system_packages.sh"] ?? "";

  assert.match(text, /apt-get install .* bc=1:2~3 zip;/);
  assert.match(text, /apk add .* bc=1:2~3 zip;/);
  assert.match(text, /microdnf install .* bc-1:2~3 zip;/);
});

Deno.test("generateDockerfile() copies pyproject.toml only for locks that cannot be read without it", () => {
  const copies = KINDS.map((pythonLock) => {
    const { text } = generateDockerfile({ base: BASE, systemPackages: [], pythonLock });
    const copy = parseDockerfile(text).instructions.find(({ keyword }) => keyword === "COPY");
    return copy?.body.split(" ").slice(1, -1);
  });

  assert.deepEqual(copies, [["lock"], ["lock"], ["lock", "pyproject.toml"], ["lock", "pyproject.toml"]]);
});

Deno.test("generateDockerfile() checks hashes wherever pip installs from a lock", () => {
  for (const pythonLock of ["requirements", "uv", "pdm"] as const) {
    const { scripts } = generateDockerfile({ base: BASE, systemPackages: [], pythonLock });

    assert.match(scripts["python_lock.sh"] ?? "", /--require-hashes -r /);
  }
});

Deno.test("each script of a generated Dockerfile is copied, run and shell that parses", async () => {
  for (const pythonLock of KINDS) {
    const { text, scripts } = generateDockerfile({
      base: BASE,
      systemPackages: [{ name: "bc" }],
      pythonLock,
    });

    for (const [name, script] of Object.entries(scripts)) {
      assert.match(text, new RegExp(`^COPY ${name} .*\\nRUN sh .*/${name}$`, "m"));
      assert.equal(await shellAccepts(script), "", script);
    }
  }
});

Deno.test("an image without a package manager or Python fails its build with a line that says so", async () => {
  const { scripts } = generateDockerfile({
    base: BASE,
    systemPackages: [{ name: "bc" }],
    pythonLock: "requirements",
  });

  const cases = { "system_packages.sh": /none of apt, apk, dnf and yum/, "python_lock.sh": /no python3/ };
  for (const [name, words] of Object.entries(cases)) {
    const { code, stderr } = await new Deno.Command("/bin/sh", {
      args: ["-c", scripts[name] ?? ""],
      env: { PATH: "/nonexistent" },
      stderr: "piped",
    }).output();

    assert.equal(code, 1);
    assert.match(new TextDecoder().decode(stderr), words);
  }
});
