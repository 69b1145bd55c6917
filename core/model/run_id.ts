import { UserError } from "../errors.ts";

declare const brand: unique symbol;

/**
 * Names one run: 16 letters from k to z, 64 random bits.
 *
 * Hex digits and these letters do not overlap, so a prefix of a run id is never mistaken for one of a commit or of
 * a digest (the idea of jujutsu's change ids).
 */
export type RunId = string & { readonly [brand]: "RunId" };

const PATTERN = /^[k-z]{16}$/;

/** Whether `text` has the form of a run id. */
export function isRunId(text: string): text is RunId {
  return PATTERN.test(text);
}

/** Whether `text` can be the beginning of a run id. */
export function isRunIdPrefix(text: string): boolean {
  return /^[k-z]{1,16}$/.test(text);
}

/**
 * Reads a run id.
 *
 * @throws {UserError} `run_id_invalid`.
 */
export function parseRunId(text: string): RunId {
  if (isRunId(text)) return text;
  throw new UserError("run_id_invalid", {
    what: `Cannot read ${JSON.stringify(text)} as a run id`,
    why: "a run id is 16 letters from k to z",
  });
}

/** The run id that eight random bytes give. */
export function runIdFromBytes(bytes: Uint8Array): RunId {
  let id = "";
  for (const byte of bytes.subarray(0, 8)) {
    id += String.fromCharCode(107 + (byte >> 4), 107 + (byte & 15));
  }
  return parseRunId(id);
}
