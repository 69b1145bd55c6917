import type { OpenLine, Progress } from "./sent_run.ts";

/** W&B's own client cuts lines here; so longer ones go on in the next. */
const MOST_LINE = 4096;

/** Stands at the end of a piece of a line that goes on. */
const GOES_ON = " …";

/** Lines of the console, and the number of the first. */
export interface ConsoleLines {
  readonly first: number;
  readonly lines: readonly string[];
}

/**
 * Takes what a program printed into the console.
 *
 * A line whose end was not sent yet is written again with what came; the times in front are the latest that the run
 * told, since text has none of its own.
 */
export function takeText(
  progress: Progress,
  stdout: string,
  stderr: string,
): { readonly progress: Progress; readonly console: ConsoleLines | undefined } {
  let { line } = progress;
  const first = progress.lines - (line === undefined ? 0 : 1);
  const pieces: { readonly stream: OpenLine["stream"]; readonly text: string }[] = line === undefined
    ? []
    : [line];
  for (const [stream, text] of [["stdout", stdout], ["stderr", stderr]] as const) {
    if (text === "") continue;
    const goesOn = line?.stream === stream;
    const all = (goesOn ? pieces.pop()!.text : "") + text;
    const split = all.split("\n");
    const rest = split.pop()!;
    pieces.push(...split.flatMap(inPieces).map((text) => ({ stream, text })));
    const open = inPieces(rest);
    if (rest !== "") pieces.push(...open.map((text) => ({ stream, text })));
    line = rest === "" ? undefined : { stream, text: open.at(-1)! };
  }
  if (stdout === "" && stderr === "") return { progress, console: undefined };
  const { line: _, ...others } = progress;
  return {
    progress: { ...others, lines: first + pieces.length, ...(line === undefined ? {} : { line }) },
    console: { first, lines: pieces.map(({ stream, text }) => written(stream, text, progress.at)) },
  };
}

function inPieces(line: string): string[] {
  const pieces: string[] = [];
  let at = 0;
  while (line.length - at > MOST_LINE) {
    let end = at + MOST_LINE - GOES_ON.length;
    const code = line.charCodeAt(end - 1);
    // A character of two units stays whole.
    if (code >= 0xd800 && code <= 0xdbff) end--;
    pieces.push(line.slice(at, end) + GOES_ON);
    at = end;
  }
  return [...pieces, line.slice(at)];
}

/** `2025-11-24T16:00:12.500000 text`, UTC; the error stream with `ERROR ` in front. */
function written(stream: OpenLine["stream"], text: string, at: number): string {
  const time = new Date(at).toISOString().replace("Z", "000");
  return `${stream === "stderr" ? "ERROR " : ""}${time} ${text}`;
}
