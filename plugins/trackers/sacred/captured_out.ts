// Omniboard fetches the text with the run, and each beat writes it anew.
const MOST_CHARACTERS = 512 * 1024;
const KEPT_CHARACTERS = 256 * 1024;

/** What `captured_out` holds: the end of what a program printed. */
export interface CapturedOut {
  readonly text: string;
  /** Bytes of UTF-8 that were cut from its beginning. */
  readonly cut: number;
}

/**
 * Goes on with a text.
 *
 * Of a line that was written over (by carriage returns, as progress bars do) the last state is kept. A text that
 * grows too long loses whole lines at its beginning, and says so in its first line.
 */
export function appendOut({ text, cut }: CapturedOut, more: string): CapturedOut {
  const old = text.slice(markOf(cut).length);
  const lineAt = old.lastIndexOf("\n") + 1;
  // What stands before the last line was looked at already.
  const whole = old.slice(0, lineAt) + collapse(old.slice(lineAt) + more);
  if (whole.length <= MOST_CHARACTERS) return { text: markOf(cut) + whole, cut };
  const at = cutAt(whole, whole.length - KEPT_CHARACTERS);
  const gone = cut + new TextEncoder().encode(whole.slice(0, at)).length;
  return { text: markOf(gone) + whole.slice(at), cut: gone };
}

function collapse(text: string): string {
  return text.includes("\r") ? text.replaceAll(/[^\n]*\r(?![\n\r]|$)/g, "") : text;
}

function cutAt(text: string, from: number): number {
  const line = text.indexOf("\n", from) + 1;
  if (line > 0 && line < text.length) return line;
  const code = text.charCodeAt(from);
  return code >= 0xdc00 && code <= 0xdfff ? from + 1 : from;
}

function markOf(cut: number): string {
  return cut === 0
    ? ""
    : `[… ${cut} bytes cut; the whole text becomes the artifacts stdout.log and stderr.log]\n`;
}
