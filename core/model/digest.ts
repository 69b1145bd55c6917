import { UserError } from "../errors.ts";

declare const brand: unique symbol;

/** SHA-256 of some bytes: `sha256:` and 64 lower-case hex digits. Made by {@link parseDigest} only. */
export type Digest = `sha256:${string}` & { readonly [brand]: "Digest" };

const PATTERN = /^sha256:[0-9a-f]{64}$/;

/** Whether `text` has the form of a digest. */
export function isDigest(text: string): text is Digest {
  return PATTERN.test(text);
}

/**
 * Reads a digest.
 *
 * @throws {UserError} `digest_invalid` if `text` is not `sha256:` and 64 lower-case hex digits.
 */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new UserError("digest_invalid", {
    what: `Cannot read ${JSON.stringify(text)} as a digest`,
    why: "a digest is sha256: and 64 lower-case hex digits",
  });
}

/** The 64 hex digits without the algorithm. */
export function digestHex(digest: Digest): string {
  return digest.slice("sha256:".length);
}

/** The first 12 hex digits, for people. */
export function shortDigest(digest: Digest): string {
  return digestHex(digest).slice(0, 12);
}
