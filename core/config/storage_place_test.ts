import assert from "node:assert/strict";
import * as z from "zod";
import type { UserError } from "../errors.ts";
import type { RegisteredStorage } from "../plugin/registry.ts";
import { parseStoragePlace, type PlaceSources } from "./storage_place.ts";

function kind(name: string, config: z.ZodType): RegisteredStorage {
  return { kind: "storage", name, summary: "", config, open: () => Promise.reject(new TypeError()) };
}

const SOURCES: PlaceSources = {
  storages: [
    kind("local", z.strictObject({ path: z.string().exactOptional() })),
    kind(
      "bucket",
      z.strictObject({
        bucket: z.string(),
        plain: z.boolean().exactOptional(),
        profile: z.string().exactOptional(),
      }),
    ),
  ],
  profiles: {
    lab: { use: "bucket", bucket: "lab" },
    local: { use: "bucket", bucket: "mine" },
    disk: { use: "local", path: "/mnt/disk" },

    plain: { bucket: "x" },
    odd: { nothing: "x" },
  },
  own: { use: "bucket", options: { bucket: "own" } },
  cwd: "/home/ada",
};

for (
  const [text, expected] of [
    [".", { use: "bucket", options: { bucket: "own" } }],
    ["lab", { use: "bucket", options: { bucket: "lab", profile: "lab" } }],
    ["local", { use: "bucket", options: { bucket: "mine", profile: "local" } }],
    ["plain", { use: "bucket", options: { bucket: "x", profile: "plain" } }],
    ["disk", { use: "local", options: { path: "/mnt/disk" } }],
    ["use=bucket,profile=lab", { use: "bucket", options: { bucket: "lab", profile: "lab" } }],
    ["use=bucket,profile=lab,bucket=b", { use: "bucket", options: { bucket: "b", profile: "lab" } }],
    ["use=local,path=backup", { use: "local", options: { path: "/home/ada/backup" } }],
    ["local:/mnt/a:b", { use: "local", options: { path: "/mnt/a:b" } }],
    ["local:backup", { use: "local", options: { path: "/home/ada/backup" } }],
    ["use=local", { use: "local", options: {} }],
    ["use=bucket,bucket=a,plain=true", { use: "bucket", options: { bucket: "a", plain: true } }],
  ] as const
) {
  Deno.test(`the place ${text} is read`, () => {
    assert.deepEqual(parseStoragePlace(text, SOURCES), expected);
  });
}

for (
  const text of [
    "nowhere",
    "bucket",
    "local:",
    "bucket=a",
    "use=local,x",
    "use=local,path=1,path=2",
    "odd",
    "use=bucket,bucket=a,b=c",
  ]
) {
  Deno.test(`the place ${text} is refused`, () => {
    assert.throws(
      () => parseStoragePlace(text, SOURCES),
      (error: UserError) => error.code === "place_invalid",
    );
  });
}

Deno.test("a profile that is named as a kind of storage is told once", () => {
  assert.throws(
    () => parseStoragePlace("nowhere", SOURCES),
    (error: UserError) => error.report.why?.split("known are ")[1] === "lab, local, disk, plain, odd, bucket",
  );
});
