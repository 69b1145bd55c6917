import assert from "node:assert/strict";
import * as z from "zod";
import { UserError } from "../errors.ts";
import type { Registry } from "../plugin/registry.ts";
import { userDirectories } from "./directories.ts";
import { Environment } from "./env.ts";
import { loadProjectFrom, loadSettings } from "./load.ts";
import { originText } from "./origin.ts";

const registry = {
  storages: [{ name: "local", config: z.strictObject({}) }],
  environments: [{ name: "host" }],
  trackers: [{
    name: "board",
    config: z.strictObject({ uri: z.string(), group: z.string().exactOptional() }),
  }],
} as unknown as Registry;

/** Loads a project, or what holds outside one, with a user's file. */
async function load(project: string | undefined, user = "", ofCommit = false) {
  const home = await Deno.makeTempDir();
  try {
    const environment = new Environment({ HOME: home });
    const directories = await userDirectories(environment);
    await Deno.mkdir(directories.config, { recursive: true });
    await Deno.writeTextFile(`${directories.config}/config.yaml`, user);
    const sources = { registry, environment, directories };
    if (project === undefined) return await loadSettings(sources);
    const options = ofCommit ? { ofCommit: { storage: { use: "local", options: {} } } } : {};
    const loaded = await loadProjectFrom(project, sources, "aero.yaml", options);
    return { trackers: loaded.project.trackers, values: loaded.values };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

async function fault(project: string | undefined, user?: string): Promise<string> {
  const error = await load(project, user).catch((error: unknown) => error);
  assert.ok(error instanceof UserError);
  return error.message;
}

const LAB = "trackers: [{ use: board, uri: http://lab }]";

Deno.test("trackers of a project come with their names, and all they say", async () => {
  const { trackers, values } = await load(
    "project: b\ntrackers: [{ use: board, uri: http://a }, { use: board, name: lab, uri: http://b }]",
  );

  assert.deepEqual(trackers, [
    { use: "board", name: "board", options: { uri: "http://a" } },
    { use: "board", name: "lab", options: { uri: "http://b" } },
  ]);
  const shown = values.find(({ key }) => key === "trackers")!;
  assert.equal(originText(shown.origin), "aero.yaml");
});

Deno.test("the user's own trackers hold where a project says none, and where there is no project", async () => {
  const names = async (project: string | undefined) =>
    (await load(project, LAB)).trackers.map(({ name }) => name);

  assert.deepEqual(await names("project: b"), ["board"]);
  assert.deepEqual(await names(undefined), ["board"]);
  assert.deepEqual(await names("project: b\ntrackers: []"), []);
});

Deno.test("what a tracker's section says wrong is told with its place", async () => {
  assert.match(
    await fault("project: b\ntrackers:\n  - { use: board, urri: x }"),
    /line 3, column 5: trackers\[0\]\.uri: it is missing\n.*trackers\[0\]\.urri: .*did you mean "uri"/,
  );
  assert.match(
    await fault("project: b\ntrackers: [{ use: bord, uri: x }]"),
    /trackers\[0\]\.use: there is no "bord"; did you mean "board"/,
  );
  assert.match(
    await fault("project: b\ntrackers: [{ use: board, uri: a }, { use: board, uri: b }]"),
    /trackers\[1\]: two trackers are named "board"; give one another name/,
  );
  assert.match(await fault(undefined, "trackers: [{ use: board }]"), /config\.yaml: .*uri: it is missing/);
});

Deno.test("the trackers of an old commit are not looked at", async () => {
  const { trackers } = await load("project: b\ntrackers: [{ use: gone }]", LAB, true);

  assert.deepEqual(trackers.map(({ name }) => name), ["board"]);
});
