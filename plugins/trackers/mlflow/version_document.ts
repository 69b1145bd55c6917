import { createHash } from "node:crypto";
import { TrackerError } from "../../../core/plugin/tracker.ts";
import type { RunFiles } from "./run_files.ts";
import type { Step } from "./run_lookup.ts";
import { TAG, type WireTag } from "./run_tags.ts";
import { inPieces, MOST_TAG } from "./shorten.ts";
import { tagsOf, type WireRun } from "./wire.ts";

/** The document's name among the files of a run. */
export const DOCUMENT_FILE = "experiment-version.json";

/** Tags by which a document is found and checked; with `parts` it stands in tags itself. */
export function documentTags(document: string, asTags: boolean): WireTag[] {
  const hash = { key: TAG.documentHash, value: hashOf(document) };
  if (!asTags) return [hash];
  const parts = inPieces(document, MOST_TAG);
  return [
    hash,
    ...parts.map((value, i) => ({ key: `${TAG.document}${String(i).padStart(4, "0")}`, value })),
    { key: TAG.documentParts, value: String(parts.length) },
  ];
}

/**
 * The document of a run that aero sent; `undefined` for others, and for one whose beginning was not sent whole.
 *
 * @throws {TrackerError} `tracker_refused` if it is not what was sent.
 */
export async function readDocument(files: RunFiles, run: WireRun, step: Step): Promise<string | undefined> {
  const tags = tagsOf(run);
  const hash = tags.get(TAG.documentHash);
  if (hash === undefined) return undefined;
  const document = fromTags(tags) ?? await fromFile(files, run.info.run_id, step);
  if (document !== undefined && hashOf(document) === hash) return document;
  throw new TrackerError("tracker_refused", {
    what: step.what,
    why: document === undefined
      ? `${DOCUMENT_FILE} of the run ${run.info.run_id} is gone`
      : `${DOCUMENT_FILE} of the run ${run.info.run_id} is not what aero sent: its SHA-256 is not ${hash}`,
    fix: ["send the run again from where it is recorded, into another experiment"],
  });
}

function fromTags(tags: ReadonlyMap<string, string>): string | undefined {
  const count = Number(tags.get(TAG.documentParts) ?? "0");
  if (!Number.isInteger(count) || count <= 0 || count > 1e5) return undefined;
  return Array.from(
    { length: count },
    (_, i) => tags.get(`${TAG.document}${String(i).padStart(4, "0")}`) ?? "",
  ).join("");
}

async function fromFile(files: RunFiles, id: string, step: Step): Promise<string | undefined> {
  const body = await files.read(id, DOCUMENT_FILE, step);
  if (body === undefined) return undefined;
  const bytes = new Uint8Array(
    await new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
  );
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

function hashOf(document: string): string {
  return createHash("sha256").update(document).digest("hex");
}
