import assert from "node:assert/strict";
import { makeStyle } from "../cli/style.ts";
import { pullText, pushText } from "./transfer_text.ts";

const PUSHED = {
  type: "push",
  dryRun: false,
  storage: "here",
  objects: 3,
  bytes: 2000,
  runs: ["kkkk"],
  labels: ["model:v2"],
  versions: 1,
  remarks: 0,
  requests: 9,
  left: 0,
  incomplete: [],
} as const;
const LOST = {
  kind: "version",
  name: 'a version of "raw"',
  why: "the object sha256:aa is neither on this machine nor in the storage",
  fix: ["add it again"],
  lost: ["sha256:aa"],
  dropped: false,
} as const;
const NOTHING = { ...PUSHED, objects: 0, bytes: 0, runs: [], labels: [], versions: 0 } as const;
const plain = makeStyle({ colour: false, now: () => new Date(0) });

for (
  const [what, pushed, text] of [
    ["what was sent", PUSHED, "Sent 3 objects, 2.0 kB, of 1 run to here, in 9 requests\n  labels: model:v2"],
    [
      "what would be sent",
      { ...PUSHED, dryRun: true, labels: [], left: 5 },
      [
        "Would send 3 objects, 2.0 kB, of 1 run to here, in 9 requests",
        "  1 version would get a label",
      ].join("\n"),
    ],
    [
      "what is left",
      { ...PUSHED, runs: [], labels: [], left: 1 },
      [
        "Sent 3 objects, 2.0 kB to here, in 9 requests",
        "  1 object still wait: aero push",
      ].join("\n"),
    ],
    [
      "what was said",
      { ...NOTHING, remarks: 2 },
      "Sent 0 objects, 0 B, 2 verdicts, tags and notes to here, in 9 requests",
    ],
    [
      "what is lost",
      { ...PUSHED, labels: [], left: 2, incomplete: [LOST] },
      [
        "Sent 3 objects, 2.0 kB, of 1 run to here, in 9 requests",
        '  not sent  a version of "raw": the object sha256:aa is neither on this machine nor in the storage',
        "    hint: add it again",
        "  hint: or give up what is lost: aero push --drop-lost",
        "  2 objects still wait: aero push",
      ].join("\n"),
    ],
    [
      "what was given up",
      { ...NOTHING, incomplete: [{ ...LOST, dropped: true }] },
      [
        "Sent 0 objects, 0 B to here, in 9 requests",
        '  given up  a version of "raw": the object sha256:aa is neither on this machine nor in the storage',
      ].join("\n"),
    ],
    ["that nothing waits", NOTHING, "Nothing waits for here"],
    [
      "that nothing of what was named waits",
      { ...NOTHING, left: 2 },
      "Nothing waits for here of what was named\n  2 objects still wait: aero push",
    ],
  ] as const
) {
  Deno.test(`a push says ${what}`, () => assert.equal(pushText(pushed, plain), text));
}

Deno.test("a pull says what came, and what found no room", () => {
  const pulled = {
    type: "pull",
    dryRun: false,
    storage: "here",
    runs: 1,
    artifacts: 2,
    objects: 3,
    bytes: 2000,
    requests: 9,
    left: 1,
  } as const;

  assert.equal(
    pullText(pulled, plain),
    "1 new run and 2 artifacts of here; got 3 objects, 2.0 kB, in 9 requests\n" +
      "  1 tree or object found no room under the cache's cap: aero cache status",
  );
});

Deno.test("a pull that brings nothing counts nothing", () => {
  const pulled = {
    type: "pull",
    dryRun: false,
    storage: "here",
    runs: 0,
    artifacts: 2,
    objects: 0,
    bytes: 0,
    requests: 9,
    left: 0,
  } as const;

  assert.equal(pullText(pulled, plain), "Nothing new in here");
});
