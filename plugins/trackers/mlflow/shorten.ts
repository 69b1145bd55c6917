import { createHash } from "node:crypto";

/** Longest value of a tag that every server keeps whole, in characters; longer ones it would cut in silence. */
export const MOST_TAG = 5000;

/** Text that any database takes: whole characters, no NUL. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\u2400");
}

/**
 * A text of at most `most` UTF-16 units; what is longer ends with a mark that says how long it was, and its hash.
 *
 * @param whole Where it can be had whole.
 */
export function shorten(text: string, most: number, whole: string): string {
  const clean = storable(text);
  if (clean.length <= most) return clean;
  const hash = createHash("sha256").update(text.toWellFormed()).digest("hex").slice(0, 12);
  const mark = `… [cut by aero: ${text.length} characters, sha256 ${hash}; whole in ${whole}]`;
  return clean.slice(0, most - mark.length).replace(/[\ud800-\udbff]$/, "") + mark;
}

/** Pieces of at most `most` UTF-16 units that give the text again when joined; at least one. */
export function inPieces(text: string, most: number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length || pieces.length === 0;) {
    let end = Math.min(text.length, at + most);
    const last = text.charCodeAt(end - 1);
    if (end < text.length && last >= 0xd800 && last <= 0xdbff) end--;
    pieces.push(text.slice(at, end));
    at = end;
  }
  return pieces;
}
