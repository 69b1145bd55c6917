import assert from "node:assert/strict";
import { readProjectFile } from "../core/config/project_file.ts";
import { codeBlocks } from "../scripts/docs/markdown.ts";
import { pagePaths } from "../scripts/docs/pages.ts";
import { writeAeroProgram } from "./support/aero_on_path.ts";
import { subjectOrSkip } from "./support/must_run.ts";
import { TestProject } from "./support/open_project.ts";
import { BASE_IMAGE, podmanOrSkip } from "./support/podman.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const README = await Deno.readTextFile(`${ROOT}README.md`);
const PROJECT = onlyBlock("yaml");
const PROGRAM = onlyBlock("python");

const python = await subjectOrSkip("python3", () => run("python3", ["--version"], "/", {}));
const podman = await podmanOrSkip();

Deno.test("the README's aero.yaml has only keys that there are, with values that they take", () => {
  const { raw } = readProjectFile(PROJECT, "README.md");

  assert.deepEqual(Object.keys(raw.stages ?? {}), ["clean", "train"]);
});

Deno.test({
  name: "what the README tells to type works from the first run to the last look, on the host",
  ignore: "skipped" in python,
  fn: () => typeAll("host", PROJECT),
});

Deno.test({
  name: "what the README tells to type works from the first run to the last look, in containers",
  ignore: podman === undefined,
  // The image of the tests stands in for one that has to be pulled and added to.
  fn: () => typeAll("podman", PROJECT.replace(/^ {2}(?:image|system_packages|python_lock):.*\n/gm, "")),
});

Deno.test("no other page has a console block, since only those of the README are typed", async () => {
  const pages = await Promise.all(
    (await pagePaths(ROOT)).map(async (path) => {
      const blocks = codeBlocks(await Deno.readTextFile(ROOT + path));
      return blocks.some(({ language }) => language === "console") ? [path] : [];
    }),
  );

  assert.deepEqual(pages.flat(), ["README.md"]);
});

Deno.test("tasks and paths that pages tell to run exist", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  let found = 0;
  for (const path of await pagePaths(ROOT)) {
    const page = await Deno.readTextFile(ROOT + path);
    for (const [said, task] of page.matchAll(/\bdeno(?:@[\d.]+)? task ([a-z]+)/g)) {
      assert.ok(Object.hasOwn(tasks, task!), `${path}: ${said}`);
      found++;
    }
    for (const { text } of codeBlocks(page).filter(({ language }) => language === "sh")) {
      for (const [named] of text.matchAll(/(?<=\s)(?:core|plugins|scripts|tests)\/[\w./]+/g)) {
        await Deno.stat(ROOT + named);
        found++;
      }
    }
  }
  assert.ok(found > 10, `only ${found} found`);
});

/** The text of the README's one block in a language. */
function onlyBlock(language: string): string {
  const blocks = codeBlocks(README).filter((block) => block.language === language);
  assert.equal(blocks.length, 1, `README.md has ${blocks.length} ${language} blocks`);
  return blocks[0]!.text;
}

/** Lines behind the prompts of the README's console blocks. */
function commands(): string[] {
  return codeBlocks(README).filter(({ language }) => language === "console").flatMap(({ text }) =>
    text.trimEnd().split("\n").map((line) => {
      assert.match(line, /^\$ /, `a line of a console block is no command: ${line}`);
      return line.slice(2);
    })
  );
}

/** Types every command of the README in a repository that has what its text supposes. */
async function typeAll(use: "host" | "podman", projectFile: string): Promise<void> {
  await using project = new TestProject({ env: { AERO_ENVIRONMENT: use } });
  const bin = project.git.beside("bin");
  await writeAeroProgram(bin);
  const env = { ...project.env, ...project.git.environment(), PATH: `${bin}:${project.env.PATH}` };
  project.git.write("data/raw/counts.csv", "3\n1\n2\n");
  project.git.write("clean.py", CLEAN);
  project.git.write("fitting.py", FITTING);
  project.git.write("train.py", `from fitting import fit\n${PROGRAM}`);
  for (const command of commands()) {
    // The host has no image.
    if (use === "host" && command.startsWith("aero build")) continue;
    const line = command.replace("/tmp/look", project.git.beside("look"));
    const out = await run("sh", ["-c", line], project.root, env);
    if (command.startsWith("aero init")) {
      const image = use === "host" ? "" : `  image: ${BASE_IMAGE}\n`;
      project.git.write(
        "aero.yaml",
        projectFile.replace("environment:\n", `environment:\n${image}  network: none\n`),
      );
    } else assert.notEqual(out, "", `${line} says nothing`);
  }
}

/** Runs a program that has to end well; its stdout. */
async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd,
    env,
    stdin: "null",
  })
    .output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, `${program} ${args.join(" ")}\n${out}${err}`);
  return out!;
}

const CLEAN = `import aero
rows = sorted((aero.input("raw") / "counts.csv").read_text().split())
(aero.output("cleaned") / "counts.csv").write_text("\\n".join(rows))
`;

/** What the README's program leaves to its reader: a model, and a file of metrics. */
const FITTING = `import json

class Model:
    losses = [0.3, 0.2, 0.1]

    def __init__(self, text):
        self.text = text

    def save(self, path):
        path.write_text(self.text)

def fit(data, depth, seed):
    with open("metrics.json", "w") as file:
        json.dump({"rmse": 39.5}, file)
    return Model(json.dumps([(data / "counts.csv").read_text(), depth, seed]))
`;
