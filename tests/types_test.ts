/**
 * Wrong states that the compiler refuses. Each line below an expectation must not compile; `deno check` fails if one
 * does.
 */
import assert from "node:assert/strict";
import { unreachable } from "../core/errors.ts";
import { Secret } from "../core/config/secret.ts";
import type { Descriptor } from "../core/model/descriptor.ts";
import { type Digest, parseDigest } from "../core/model/digest.ts";
import type { ManifestEntry } from "../core/model/manifest.ts";
import { parseRelativePath, type RelativePath } from "../core/model/relative_path.ts";
import type { ProgramExit, RunRecord, RunStart } from "../core/model/run.ts";
import { isRunId, type RunId } from "../core/model/run_id.ts";
import { type ImageDigest, type ImageReference, parseImageReference } from "../core/plugin/environment.ts";
import { parseStorageKey, type StorageKey } from "../core/plugin/storage.ts";
import type { CleanWorktree, DirtyWorktree } from "../core/source/worktree.ts";

const digest = parseDigest(`sha256:${"0".repeat(64)}`);

Deno.test("text is not a digest, key, path or run id before it was parsed", () => {
  // @ts-expect-error parseDigest is the only way in
  const _digest: Digest = `sha256:${"0".repeat(64)}`;
  // @ts-expect-error parseStorageKey is the only way in
  const _key: StorageKey = "objects/a";
  // @ts-expect-error parseRelativePath is the only way in
  const _path: RelativePath = "a/b";
  // @ts-expect-error parseRunId is the only way in
  const _run: RunId = "kkkkkkkkkkkkkkkk";

  assert.equal(parseStorageKey("objects/a"), "objects/a");
  assert.equal(parseRelativePath("a/b"), "a/b");
  assert.ok(isRunId("kkkkkkkkkkkkkkkk"));
});

Deno.test("a name of an image that can move is not its identity, and no digest of something else is", () => {
  const reference = parseImageReference("python:3.12-slim");
  // @ts-expect-error only resolve() goes from one to the other
  const _fromName: ImageDigest = reference;
  // @ts-expect-error a manifest's digest names no image
  const _fromDigest: ImageDigest = digest;
  // @ts-expect-error a digest is no name
  const _name: ImageReference = digest;

  assert.equal(reference, "python:3.12-slim");
});

Deno.test("uncommitted code has no tree to make a version of", () => {
  const treeOf = (worktree: CleanWorktree | DirtyWorktree): string | undefined => {
    // @ts-expect-error a dirty worktree has none
    const _any = worktree.tree;
    return worktree.state === "clean" ? worktree.tree : undefined;
  };
  // @ts-expect-error readWorktree() is the only way to one
  const forged: CleanWorktree = { state: "clean", commit: "c", tree: "t", prefix: "" };

  assert.equal(treeOf(forged), "t");
});

Deno.test("bytes that move come with their size", () => {
  // @ts-expect-error a descriptor has a size
  const _descriptor: Descriptor = { mediaType: "text/plain", digest };
});

Deno.test("a field that may be absent is never undefined", () => {
  // @ts-expect-error absent and undefined are not the same
  const _start: Pick<RunStart, "note"> = { note: undefined };
});

Deno.test("a secret is no text until it is revealed on purpose", () => {
  const secret = new Secret("hunter2");
  // @ts-expect-error only reveal() gives the value
  const _text: string = secret;
  // @ts-expect-error nor is it the value of a variable
  const _variables: Record<string, string> = { TOKEN: secret };
  // @ts-expect-error text is no secret either: nothing would mask it
  const _secret: Secret = "hunter2";

  assert.equal(secret.reveal(), "hunter2");
});

Deno.test("a run that goes on has no end, and one that ended has one", () => {
  // @ts-expect-error a record without its end is none
  const _endless: RunRecord = {} as Omit<RunRecord, "endedAt">;
  // @ts-expect-error a record is of a run that no longer changes
  const _running: Pick<RunRecord, "state"> = { state: "running" };
  const endOf = (start: RunStart): unknown => {
    // @ts-expect-error what a run has from its beginning is no end
    const _endedAt = start.endedAt;
    // @ts-expect-error nor outputs
    return start.outputs;
  };

  assert.equal(endOf({} as RunStart), undefined);
});

Deno.test("a forgotten kind of entry or exit does not compile", () => {
  const nameOf = (entry: ManifestEntry): string => {
    switch (entry.kind) {
      case "file":
        return "file";
      default:
        // @ts-expect-error links are left
        return unreachable(entry);
    }
  };
  const codeOf = (exit: ProgramExit): number => {
    if (exit.how === "exited") return exit.code;
    // @ts-expect-error only a program that exited has a code
    return exit.code ?? -1;
  };

  assert.throws(() => nameOf({ kind: "link", path: parseRelativePath("a"), target: "b" }), TypeError);
  assert.equal(codeOf({ how: "out_of_memory" }), -1);
});
