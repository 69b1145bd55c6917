import assert from "node:assert/strict";
import type { ContainerSpec, ImageDigest } from "../../../core/plugin/environment.ts";
import { findAddition } from "./engine_additions.ts";

const SPEC: ContainerSpec = {
  runId: "r1",
  command: ["true"],
  env: { MODE: "a=b" },
  secrets: { TOKEN: "hush" },
  workingDirectory: "/",
  limits: {},
  image: `sha256:${"a".repeat(64)}` as ImageDigest,
  mounts: [{ source: "/x", target: "/aero/code", writable: true }],
  network: "none",
  runArgs: [],
  pathPrefix: [],
};
const ENV = [
  "PATH=/bin",
  "HOME=/tmp",
  "HOSTNAME=aero",
  "container=podman",
  "LANG=C",
  "MODE=a=b",
  "TOKEN=hush",
];
const MOUNTS = [
  { Type: "bind", Destination: "/aero/code" },
  { Type: "volume", Name: "0".repeat(64), Destination: "/data" },
];
const added = (env: string[], mounts: typeof MOUNTS) =>
  findAddition({ Config: { Env: [...ENV, ...env] }, Mounts: [...MOUNTS, ...mounts] }, SPEC, { LANG: "C" });

Deno.test("findAddition() finds nothing in a container that has what was asked for", () => {
  assert.equal(added([], []), undefined);
  assert.equal(findAddition({ Config: { Env: null }, Mounts: null }, SPEC, {}), undefined);
});

Deno.test("findAddition() names a variable and a mount that nobody asked for", () => {
  assert.equal(added(["INJECTED=1"], []), 'the variable "INJECTED"');
  assert.equal(added(["LANG=de"], []), 'the variable "LANG"');
  assert.equal(added([], [{ Type: "bind", Destination: "/inj" }]), 'the mount "/inj"');
  assert.equal(added([], [{ Type: "volume", Name: "shared", Destination: "/s" }]), 'the mount "/s"');
});
