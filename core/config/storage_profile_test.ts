import assert from "node:assert/strict";
import * as z from "zod";
import { UserError } from "../errors.ts";
import type { Registry } from "../plugin/registry.ts";
import { userDirectories } from "./directories.ts";
import { Environment } from "./env.ts";
import { loadProjectFrom } from "./load.ts";
import { originText } from "./origin.ts";

const text = z.string().exactOptional();
const registry = {
  storages: [
    { name: "local", config: z.strictObject({ path: text }) },
    { name: "cloud", config: z.strictObject({ bucket: z.string(), region: text, profile: text }) },
  ],
  environments: [{ name: "host" }],
} as unknown as Registry;

const PROFILES = "profiles: { ours: { use: cloud, bucket: kept, region: near } }";

async function load(storage: string, user: string, env: Record<string, string> = {}) {
  const home = await Deno.makeTempDir();
  try {
    const environment = new Environment({ HOME: home, ...env });
    const directories = await userDirectories(environment);
    await Deno.mkdir(directories.config, { recursive: true });
    const file = `${directories.config}/config.yaml`;
    await Deno.writeTextFile(file, user);
    const { project, values } = await loadProjectFrom(`project: b\nstorage: ${storage}`, {
      registry,
      environment,
      directories,
    });
    const origins = Object.fromEntries(
      values.filter(({ key }) => key.startsWith("storage.")).map(({ key, origin }) => [
        key,
        originText(origin).replace(file, "the user's file"),
      ]),
    );
    return { options: project.storage.options, origins };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("a profile gives the options that the storage does not say itself, and is named as their origin", async () => {
  const { options, origins } = await load("{ use: cloud, profile: ours, region: far }", PROFILES);

  assert.deepEqual(options, { profile: "ours", region: "far", bucket: "kept" });
  assert.deepEqual(origins, {
    "storage.use": "aero.yaml",
    "storage.profile": "aero.yaml",
    "storage.region": "aero.yaml",
    "storage.bucket": "the user's file",
  });
});

Deno.test("variables and the user's own storage are stronger than a profile, and can name it", async () => {
  const { options, origins } = await load(
    "{ use: cloud }",
    `${PROFILES}\nstorage: { use: cloud, region: mine }`,
    {
      AERO_STORAGE_PROFILE: "ours",
    },
  );

  assert.deepEqual(options, { profile: "ours", region: "mine", bucket: "kept" });
  assert.equal(origins["storage.profile"], "variable AERO_STORAGE_PROFILE");
});

Deno.test("a name that no profile has is left to the plugin", async () => {
  const { options } = await load("{ use: cloud, profile: theirs, bucket: b }", PROFILES);

  assert.deepEqual(options, { profile: "theirs", bucket: "b" });
});

Deno.test("a profile of another kind of storage is refused, and its options are not taken", async () => {
  await assert.rejects(load("{ use: local, profile: ours }", PROFILES), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.code, "config_invalid");
    assert.match(error.report.why!, /this profile is for the storage "cloud", and "local" is in use/);
    return true;
  });
});

Deno.test("what a profile says wrong is told with the file that it stands in", async () => {
  await assert.rejects(
    load("{ use: cloud, profile: odd }", "profiles: { odd: { bucket: b, rigeon: near } }"),
    (error) => {
      assert.ok(error instanceof UserError);
      assert.match(
        error.report.why!,
        /storage\.rigeon \(.*config\.yaml\): there is no such key; did you mean "region"/,
      );
      return true;
    },
  );
});

Deno.test("where options are missing, a profile that was nearly named is told", async () => {
  await assert.rejects(load("{ use: cloud, profile: ous }", PROFILES), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.report.why!, /storage\.bucket .*it is missing/);
    assert.deepEqual(error.report.fix, ['your own config.yaml has no profile "ous"; did you mean "ours"?']);
    return true;
  });
});

Deno.test("a committed text is read with the storage that is open, whatever profile or kind it names", async () => {
  const environment = new Environment({ HOME: "/nobody" });
  const sources = { registry, environment, directories: await userDirectories(environment) };
  const storage = { use: "cloud", options: { profile: "group", bucket: "kept" } };

  for (const named of ["{ use: cloud, profile: local }", "{ use: gone }", "{ use: local, path: /there }"]) {
    const text = `project: b\nstorage: ${named}`;
    const { project } = await loadProjectFrom(text, sources, "aero.yaml", { ofCommit: { storage } });

    assert.deepEqual(project.storage, storage);
  }
  await assert.rejects(
    loadProjectFrom("project: b\nstorage: { use: cloud, profile: local }", sources),
    /storage\.bucket/,
  );
});
