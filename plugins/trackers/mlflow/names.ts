import { createHash } from "node:crypto";

/** Longest name of a metric, param or tag, in characters (`MAX_ENTITY_KEY_LENGTH` of MLflow's utils/validation.py). */
const MOST = 250;
const CUT = /_cut_([0-9a-f]{12})$/;

/**
 * A name as MLflow takes it: letters, digits, `_`, `-`, `.`, `/`, spaces, and a clean relative path. Whatever else
 * becomes `_x<hex>_`, its code point, as in the names of OOXML. `:` too, which older servers refuse.
 */
export function escapeName(name: string): string {
  const characters = [...name.toWellFormed()];
  if (characters.length === 0) return "_x_";
  const escaped = characters.map((character, i) => {
    if (character === "_") return looksEscaped(characters, i) ? hex(character) : character;
    if (character === "/") return isLostSlash(characters, i) ? hex(character) : character;
    if (character === ".") return isDotPart(characters, i) ? hex(character) : character;
    return /[\p{L}\p{N} -]/u.test(character) ? character : hex(character);
  }).join("");
  if (escaped.length <= MOST) return escaped;
  return `${escaped.slice(0, 220).toWellFormed().replaceAll("\ufffd", "")}_cut_${nameHash(name)}`;
}

/** The name that {@link escapeName} was given; for one that was cut, what `whole` knows under its hash. */
export function unescapeName(
  escaped: string,
  whole: (hash: string) => string | undefined = () => undefined,
): string {
  const cut = CUT.exec(escaped)?.[1];
  const known = cut === undefined ? undefined : whole(cut);
  if (known !== undefined) return known;
  return escaped.replaceAll(/_x([0-9a-f]{0,6})_/g, (all, digits: string) => {
    const code = digits === "" ? undefined : parseInt(digits, 16);
    if (code === undefined) return "";
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}

/** The hash under which a name that was cut is kept whole; `undefined` if it was not cut. */
export function cutHash(name: string): string | undefined {
  return CUT.exec(escapeName(name))?.[1] === nameHash(name) ? nameHash(name) : undefined;
}

function nameHash(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 12);
}

function hex(character: string): string {
  return `_x${character.codePointAt(0)!.toString(16)}_`;
}

/** Whether what begins with the `_` at `i` could be read as an escape, be its end written or made by the next one. */
function looksEscaped(characters: readonly string[], i: number): boolean {
  if (characters[i + 1] !== "x") return false;
  let end = i + 2;
  while (/^[0-9a-f]$/.test(characters[end] ?? "")) end++;
  const next = characters[end];
  return next !== undefined && !/[\p{L}\p{N} -]/u.test(next);
}

/** Whether the path's normal form would lose this slash: at either end, or behind another. */
function isLostSlash(characters: readonly string[], i: number): boolean {
  return i === 0 || i === characters.length - 1 || characters[i - 1] === "/";
}

/** Whether this dot belongs to a part that is `.` or `..`. */
function isDotPart(characters: readonly string[], i: number): boolean {
  let begin = i, end = i + 1;
  while (begin > 0 && characters[begin - 1] !== "/") begin--;
  while (end < characters.length && characters[end] !== "/") end++;
  return [".", ".."].includes(characters.slice(begin, end).join(""));
}
