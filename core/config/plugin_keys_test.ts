import assert from "node:assert/strict";
import * as z from "zod";
import type { Registry } from "../plugin/registry.ts";
import { pluginVariables, storageKeys, trackerKeys } from "./plugin_keys.ts";

const bucket = z.string().describe("Name of the bucket");
const key = { name: "BUCKET_KEY", summary: "Its key" };
const registry = {
  storages: [
    { name: "one", config: z.strictObject({ bucket, region: z.string().exactOptional() }), variables: [key] },
    { name: "two", config: z.strictObject({ bucket }).refine(() => true), variables: [key] },
  ],
  trackers: [{
    name: "board",
    config: z.strictObject({ uri: z.url().exactOptional().describe("Address") }),
  }],
} as unknown as Registry;

Deno.test("options of plugins come from their schemas, with the names of those that take them", () => {
  assert.deepEqual(storageKeys(registry), [
    {
      key: "storage.bucket",
      takes: "text",
      required: true,
      summary: "Name of the bucket",
      of: ["one", "two"],
    },
    { key: "storage.region", takes: "text", required: false, summary: "", of: ["one"] },
  ]);
  assert.deepEqual(trackerKeys(registry), [
    { key: "trackers[].uri", takes: "text", required: false, summary: "Address", of: ["board"] },
  ]);
});

Deno.test("variables of plugins are named once, with all that read them", () => {
  assert.deepEqual(pluginVariables(registry), [
    { key: "BUCKET_KEY", takes: "variable", required: false, summary: "Its key", of: ["one", "two"] },
  ]);
});
