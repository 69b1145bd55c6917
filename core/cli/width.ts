// Ranges that terminals draw two cells wide: East Asian Wide and Fullwidth (UAX #11) and the emoji blocks.
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

const PLAIN = /^[ -~]*$/;
// deno-lint-ignore no-control-regex
const STYLES = /\x1b\[[0-9;]*m/g;

/** Cells that one character takes. */
function cellsOf(character: string): number {
  const code = character.codePointAt(0)!;
  if (code < 0x300) return 1;
  // Dashes, quotes and …: the pattern below takes a millisecond to make, which most output need not wait for.
  if (code >= 0x2010 && code <= 0x2027) return 1;
  if (/[\p{Mn}\p{Me}\p{Cf}]/u.test(character)) return 0;
  return WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}

/** Cells that `text` takes on a terminal; colours take none. */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const character of text.replaceAll(STYLES, "")) width += cellsOf(character);
  return width;
}

/** `text` in at most `cells` cells; what is cut is marked by `…`. Loses its colours if cut. */
export function cutToWidth(text: string, cells: number): string {
  if (textWidth(text) <= cells) return text;
  let kept = "", width = 0;
  for (const character of text.replaceAll(STYLES, "")) {
    width += cellsOf(character);
    if (width > cells - 1) break;
    kept += character;
  }
  return cells > 0 ? `${kept}…` : "";
}

/** `text` and spaces to `cells` cells. */
export function padToWidth(text: string, cells: number, align: "left" | "right" = "left"): string {
  const spaces = " ".repeat(Math.max(0, cells - textWidth(text)));
  return align === "left" ? text + spaces : spaces + text;
}
