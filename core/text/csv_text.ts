import { escapeText } from "../cli/escape.ts";

/** A cell; absent ones are empty. */
export type CsvCell = string | number | undefined;

/**
 * Writes rows as CSV with a header, after RFC 4180: lines end in CR LF, a cell with a comma, quote or line break is
 * quoted. Control characters become visible escapes. Bytes, since that is how a printer leaves line ends alone.
 */
export function csvBytes(header: readonly string[], rows: readonly (readonly CsvCell[])[]): Uint8Array {
  const lines = [header, ...rows].map((row) => row.map(cellText).join(",") + "\r\n");
  return new TextEncoder().encode(lines.join(""));
}

function cellText(cell: CsvCell): string {
  if (cell === undefined) return "";
  const text = escapeText(String(cell));
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
