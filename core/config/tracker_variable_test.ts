import assert from "node:assert/strict";
import * as z from "zod";
import { UserError } from "../errors.ts";
import type { Registry } from "../plugin/registry.ts";
import { userDirectories } from "./directories.ts";
import { Environment } from "./env.ts";
import { loadProjectFrom, loadSettings } from "./load.ts";
import { originText } from "./origin.ts";

const address = z.string().regex(/:\/\//, { error: "write an address" }).exactOptional();
const registry = {
  storages: [{ name: "local", config: z.strictObject({}) }],
  environments: [{ name: "host" }],
  trackers: [
    {
      name: "board",
      config: z.strictObject({
        uri: address,
        uri_variable: z.string().exactOptional(),
        group: z.string().exactOptional(),
      }).refine(({ uri, uri_variable: variable }) => uri === undefined || variable === undefined, {
        error: "write either uri or uri_variable",
      }),
    },
    { name: "cloud", config: z.strictObject({ entity: z.string().exactOptional(), base_url: address }) },
  ],
} as unknown as Registry;

const PROJECT =
  "project: b\ntrackers: [{ use: board, uri: http://a }, { use: board, name: lab, uri: http://b }]";

async function load(variable: string, project: string | undefined = PROJECT) {
  const home = await Deno.makeTempDir();
  try {
    const environment = new Environment({ HOME: home, AERO_TRACKERS: variable });
    const sources = { registry, environment, directories: await userDirectories(environment) };
    if (project === "") return await loadSettings(sources);
    const loaded = await loadProjectFrom(project, sources, "aero.yaml");
    return { trackers: loaded.project.trackers, values: loaded.values };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("an address in AERO_TRACKERS stands in place of the section's, however that says its own", async () => {
  const project = "project: b\ntrackers: [{ use: board, uri_variable: BOARD_URI, group: g }]";

  const { trackers } = await load("board:http://c", project);

  assert.deepEqual(trackers, [{ use: "board", name: "board", options: { group: "g", uri: "http://c" } }]);
});

const BOARD = { use: "board", name: "board", options: { uri: "http://a" } };
const LAB = { use: "board", name: "lab", options: { uri: "http://b" } };

for (
  const [variable, trackers] of [
    ["none", []],
    ["lab", [LAB]],
    ["lab, board", [LAB, BOARD]],
    ["cloud", [{ use: "cloud", name: "cloud", options: {} }]],
    ["cloud:https://c:8000", [{ use: "cloud", name: "cloud", options: { base_url: "https://c:8000" } }]],
    ["lab:http://c", [{ ...LAB, options: { uri: "http://c" } }]],
    [
      "board:db://h1:1,h2:2/x?a=b,cloud",
      [{ ...BOARD, options: { uri: "db://h1:1,h2:2/x?a=b" } }, { use: "cloud", name: "cloud", options: {} }],
    ],
    [
      "[{ use: board, name: mine, group: g }]",
      [{ use: "board", name: "mine", options: { group: "g" } }],
    ],
    ["", [BOARD, LAB]],
  ] as const
) {
  Deno.test(`AERO_TRACKERS=${JSON.stringify(variable)} names ${trackers.length} trackers`, async () => {
    assert.deepEqual((await load(variable)).trackers, trackers);
  });
}

Deno.test("AERO_TRACKERS holds where there is no project, and config show tells that it does", async () => {
  const outside = await load("board:http://c", "");
  const shown = (await load("none")).values.find(({ key }) => key === "trackers")!;

  assert.deepEqual(outside.trackers, [{ ...BOARD, options: { uri: "http://c" } }]);
  assert.deepEqual([shown.value, originText(shown.origin)], [[], "variable AERO_TRACKERS"]);
});

for (
  const [variable, why] of [
    ["bord", /^trackers\[0\]\.use: there is no "bord"; did you mean "board"\?$/],
    ["bord:http://a", /^trackers\[0\]\.use: there is no "bord"; did you mean "board"\?$/],
    ["board,board", /two trackers are named "board"/],
    ["board:a", /^trackers\[0\]\.uri: write an address$/],
    ["[{ name: x }]", /^trackers\[0\]\.use: it is missing$/],
    ["[", /./],
  ] as const
) {
  Deno.test(`AERO_TRACKERS=${JSON.stringify(variable)} is refused by its name`, async () => {
    const error = await load(variable).catch((error: unknown) => error);

    assert.ok(error instanceof UserError);
    assert.match(error.report.what, /AERO_TRACKERS$/);
    assert.match(error.report.why!, why);
  });
}
