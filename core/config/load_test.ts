import assert from "node:assert/strict";
import * as z from "zod";
import { UserError } from "../errors.ts";
import type { Registry } from "../plugin/registry.ts";
import { userDirectories } from "./directories.ts";
import { Environment } from "./env.ts";
import type { FlagValues } from "./layers.ts";
import { findProject } from "./find_project.ts";
import { loadProjectFrom, loadSettings } from "./load.ts";
import { originText } from "./origin.ts";

const registry = {
  storages: [
    { name: "local", config: z.strictObject({ path: z.string().exactOptional() }) },
    { name: "cloud", config: z.strictObject({ bucket: z.string(), region: z.string().exactOptional() }) },
  ],
  environments: [{ name: "docker" }, { name: "host" }],
  trackers: [{ name: "board", config: z.strictObject({ uri: z.string() }) }],
} as unknown as Registry;

async function inTemporary(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.realPath(await Deno.makeTempDir());
  try {
    await run(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Loads a project with a user's file, variables and flags. */
async function load(
  home: string,
  project: string,
  user?: string,
  env: Record<string, string> = {},
  flags: FlagValues = {},
) {
  const environment = new Environment({ HOME: home, ...env });
  const directories = await userDirectories(environment);
  if (user !== undefined) {
    await Deno.mkdir(directories.config, { recursive: true });
    await Deno.writeTextFile(`${directories.config}/config.yaml`, user);
  }
  const loaded = await loadProjectFrom(project, { registry, environment, directories, flags });
  const origin = (key: string) => originText(loaded.values.find((value) => value.key === key)!.origin);
  return { ...loaded, origin };
}

Deno.test("of flag, variable, project, user and default the strongest wins, and is remembered", () =>
  inTemporary(async (home) => {
    const project = "project: b\nenvironment: { use: docker }",
      user = "environment: { use: host }\ncache: { max_size: 1GB }";
    const bare = await load(home, "project: b");
    assert.equal(bare.project.environment.use, "auto");
    assert.equal(bare.origin("environment.use"), "default");

    const ofUser = await load(home, "project: b", user);
    assert.equal(ofUser.project.environment.use, "host");
    assert.equal(ofUser.origin("environment.use"), `${home}/.config/aero/config.yaml`);
    assert.equal(ofUser.settings.cacheMaxBytes, 1e9);

    const ofProject = await load(home, project, user);
    assert.equal(ofProject.project.environment.use, "docker");
    assert.equal(ofProject.origin("environment.use"), "aero.yaml");

    const ofVariable = await load(home, project, user, { AERO_ENVIRONMENT: "host", AERO_CACHE_SIZE: "2GB" });
    assert.equal(ofVariable.origin("environment.use"), "variable AERO_ENVIRONMENT");
    assert.equal(ofVariable.settings.cacheMaxBytes, 2e9);

    const ofFlag = await load(home, project, user, { AERO_ENVIRONMENT: "host" }, {
      "environment.use": "auto",
    });
    assert.equal(ofFlag.project.environment.use, "auto");
    assert.equal(ofFlag.origin("environment.use"), "flag --environment-use");
  }));

Deno.test("options of a storage come from all sources that mean the same kind", () =>
  inTemporary(async (home) => {
    const project = "project: b\nstorage: { use: cloud, bucket: ours }";
    const user = "storage: { use: cloud, bucket: mine, region: north }";
    const both = await load(home, project, user);
    assert.deepEqual(both.project.storage, { use: "cloud", options: { bucket: "ours", region: "north" } });
    assert.equal(both.origin("storage.bucket"), "aero.yaml");

    const other = await load(home, project, user, { AERO_STORAGE: "local", AERO_STORAGE_PATH: "/there" });
    assert.deepEqual(other.project.storage, { use: "local", options: { path: "/there" } });
    assert.equal(other.origin("storage.path"), "variable AERO_STORAGE_PATH");
  }));

Deno.test("a value that cannot be used names its source", () =>
  inTemporary(async (home) => {
    const why = async (env: Record<string, string>, user?: string) => {
      try {
        await load(home, "project: b", user, env);
      } catch (error) {
        if (error instanceof UserError) return `${error.report.what}: ${error.report.why}`;
        throw error;
      }
      return "none";
    };
    assert.match(
      await why({ AERO_STORAGE: "locl" }),
      /"locl" for storage\.use: .*"local".*variable AERO_STORAGE/,
    );
    assert.match(
      await why({ AERO_STORAGE_PAHT: "x" }),
      /storage\.paht \(variable AERO_STORAGE_PAHT\): .*"path"/,
    );
    assert.match(
      await why({ AERO_STORAGE: "cloud" }),
      /storage\.bucket \(variable AERO_STORAGE\): it is missing/,
    );
    assert.match(await why({ AERO_CACHE_SIZE: "big" }), /variable AERO_CACHE_SIZE/);
    assert.match(await why({ AERO_CACHE_DIR: "relative" }), /absolute path.*AERO_CACHE_DIR/);
    assert.match(await why({}, "cach: {}"), /config\.yaml: line 1, column \d+: cach: .*"cache"/);
  }));

Deno.test("an empty user file says nothing", () =>
  inTemporary(async (home) => {
    assert.equal((await load(home, "project: b", "# nothing\n")).project.storage.use, "local");
  }));

Deno.test("settings are there without a project", () =>
  inTemporary(async (home) => {
    const environment = new Environment({ HOME: home, AERO_DATA_DIR: "/data" });
    const sources = { registry, environment, directories: await userDirectories(environment) };
    assert.equal((await loadSettings(sources)).settings.dataDirectory, "/data");
  }));

Deno.test("findProject() goes upwards to the nearest aero.yaml, through links and dots", () =>
  inTemporary(async (root) => {
    await Deno.mkdir(`${root}/a/b/c`, { recursive: true });
    await Deno.mkdir(`${root}/a/b/aero.yaml`);
    await Deno.writeTextFile(`${root}/a/aero.yaml`, "project: a");
    await Deno.symlink(`${root}/a/b`, `${root}/link`);

    assert.equal(await findProject(`${root}/a/b/c`), `${root}/a`);
    assert.equal(await findProject(`${root}/a/b/c/../`), `${root}/a`);
    assert.equal(await findProject(`${root}/link`), `${root}/a`);
    await assert.rejects(findProject(root), { code: "project_not_found" });
    await assert.rejects(findProject(`${root}/nowhere`), { code: "project_not_found" });
  }));
