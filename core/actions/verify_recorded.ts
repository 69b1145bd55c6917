import type { App } from "../app.ts";
import { firstDifference } from "../history/first_difference.ts";
import type { Difference, OutputDifference } from "../history/verdict.ts";
import { MEDIA_TYPE } from "../model/descriptor.ts";
import { filesOf, type Manifest } from "../model/manifest.ts";
import { type Grade, shownGrade, type Verdict } from "../model/run.ts";
import type { Project } from "../pipeline/project.ts";
import { loadStoredRun } from "../pipeline/rerun.ts";
import { finishing } from "../later_signal.ts";
import { type Verification, verifyRun } from "../pipeline/verify.ts";
import { keepUnderCap } from "./prune_cache.ts";
import { findRecord } from "./run_lookups.ts";

/** Where the bytes of a file begin to differ. */
export interface ByteDifference {
  readonly offset: number;
  /** Bytes from the difference on, hexadecimal; at most 16. */
  readonly a: string;
  readonly b: string;
}

/** One thing that differs, as it is printed. */
export type ShownDifference = Difference & { readonly bytes?: ByteDifference };

/** A verdict, as it is printed. */
export interface VerifyResult {
  readonly type: "verdict";
  readonly run: string;
  readonly stage: string;
  readonly verdict: Verdict;
  /** Of the run, with this verdict; absent if its program never began or was not seen to end. */
  readonly grade?: Grade;
  readonly against: readonly string[];
  readonly differences: readonly ShownDifference[];
}

/** Verifies the run that a person means. */
export async function verifyRecorded(
  app: App,
  input: { readonly run: string; readonly repeat: number },
): Promise<VerifyResult> {
  const record = await findRecord(app, input.run);
  const project = await app.openProject();
  const stored = await loadStoredRun(project, record);
  const observer = app.observer();
  using _recording = finishing(app.signal);
  try {
    const verification = await verifyRun(project, stored, {
      repeat: input.repeat,
      observer,
      signal: app.signal,
    });
    await keepUnderCap(app);
    const grade = shownGrade(record, record.grade, verification.verdict);
    return {
      type: "verdict",
      run: record.run,
      stage: record.stage,
      verdict: verification.verdict,
      ...(grade === undefined ? {} : { grade }),
      against: verification.reruns.map(({ run }) => run),
      differences: await Promise.all(
        verification.differences.map((difference) => withBytes(project, verification, difference)),
      ),
    };
  } finally {
    observer.done();
  }
}

/** Names the first differing bytes of the first differing file. */
async function withBytes(
  project: Project,
  { manifests }: Verification,
  difference: Difference,
): Promise<ShownDifference> {
  if (difference.kind !== "output" || difference.change !== "modified") return difference;
  const { a, b } = sides(difference, manifests);
  if (a === undefined || b === undefined) return difference;
  const { store } = project.services;
  const found = await firstDifference(await store.open(a), await store.open(b));
  if (found === undefined) return difference;
  const skip = found.offset - found.contextOffset;
  const hex = (bytes: Uint8Array) => bytes.slice(skip, skip + 16).toHex();
  return { ...difference, bytes: { offset: found.offset, a: hex(found.a), b: hex(found.b) } };
}

function sides(difference: OutputDifference, manifests: ReadonlyMap<string, Manifest>) {
  const find = (manifest: string | undefined) => {
    const content = manifest === undefined ? undefined : manifests.get(manifest);
    const file = content && filesOf(content).find(({ path }) => path === difference.file);
    return file && { mediaType: MEDIA_TYPE.file, digest: file.digest, size: file.size };
  };
  return { a: find(difference.a), b: find(difference.b) };
}
