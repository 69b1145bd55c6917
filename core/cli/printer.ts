import { escapeStyled, jsonLine } from "./escape.ts";
import type { Io } from "./io.ts";
import { type Progress, type ProgressOptions, type ProgressScreen, startProgress } from "./progress.ts";
import { type ColourChoice, makeStyle, type Style, wantsColour } from "./style.ts";
import { cutToWidth } from "./width.ts";

/** How much to say, and how. */
export interface PrinterOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly colour: ColourChoice;
}

/** The only way to a person: results go to stdout, all else to stderr. */
export interface Printer {
  /** For text that goes to stdout. */
  readonly style: Style;
  /** For text that goes to stderr. */
  readonly noteStyle: Style;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Prints a result: text with its newline, or bytes as they are. */
  result(data: string | Uint8Array): void;
  /** Prints a result as one line of JSON. */
  resultJson(value: unknown): void;
  /** Says what is going on, on stderr; silent with `--quiet`, and a JSON object with `--json`. */
  note(text: string): void;
  /** Says `warning: …` on stderr, also with `--quiet`; as a JSON object with `--json`. */
  warn(text: string, hints?: readonly string[]): void;
  /** Says something for `--verbose`, as a JSON object with `--json`; never a secret. */
  detail(text: string): void;
  /**
   * Prints text or bytes as they are, such as the output of a user's own program. With `--json` all of it goes to
   * stderr, so that stdout holds JSON only.
   */
  passThrough(stream: "stdout" | "stderr", data: string | Uint8Array): void;
  /** Starts a count; shown only if it lasts over half a second. */
  progress(options: ProgressOptions): Progress;
  /** Waits until all has left. */
  flush(): Promise<void>;
}

/** Makes the printer of one command. */
export function makePrinter(io: Io, options: PrinterOptions): Printer {
  const styleFor = (isTerminal: boolean): Style =>
    makeStyle({
      colour: !options.json && wantsColour(options.colour, isTerminal, io.env),
      now: io.now,
      ...(isTerminal ? { columns: io.columns } : {}),
    });
  const style = styleFor(io.stdoutIsTerminal), noteStyle = styleFor(io.stderrIsTerminal);
  const moves = io.stderrIsTerminal && io.env.TERM !== "dumb";
  const lines = new Map<symbol, string>();

  const erase = () => {
    if (lines.size > 0) io.stderr.write("\r\x1b[K");
  };
  const redraw = () => {
    const newest = [...lines.values()].at(-1);
    if (newest !== undefined) io.stderr.write(`\r\x1b[K${cutToWidth(newest, io.columns - 1)}`);
  };
  const aside = (write: () => void) => {
    erase();
    write();
    redraw();
  };
  const toStderr = (text: string, allowStyles: Style) =>
    aside(() => io.stderr.write(ended(allowStyles.colour ? escapeStyled(text) : escapeStyled(plain(text)))));

  const item = (type: string, what: string, more: Record<string, unknown> = {}) =>
    aside(() => io.stderr.write(jsonLine({ type, what, ...more }) + "\n"));

  const screenFor = (key: symbol): ProgressScreen =>
    moves
      ? {
        afterMs: 500,
        everyMs: 100,
        now: () => io.now().getTime(),
        show: (line) => {
          lines.delete(key);
          lines.set(key, escapeStyled(line));
          redraw();
        },
        clear: () => {
          if (!lines.has(key)) return;
          erase();
          lines.delete(key);
          redraw();
        },
      }
      // Without a terminal, a line now and then shows in a log that work goes on.
      : {
        afterMs: 10_000,
        everyMs: 10_000,
        now: () => io.now().getTime(),
        show: (line) => toStderr(line, noteStyle),
        clear: () => {},
      };

  return {
    style,
    noteStyle,
    json: options.json,
    quiet: options.quiet,
    result: (data) =>
      aside(() =>
        io.stdout.write(
          typeof data === "string"
            ? (data === "" ? "" : ended(escapeStyled(style.colour ? data : plain(data))))
            : data,
        )
      ),
    resultJson: (value) => aside(() => io.stdout.write(jsonLine(value) + "\n")),
    note: (text) => {
      if (options.quiet) return;
      if (options.json) item("note", text);
      else toStderr(text, noteStyle);
    },
    warn: (text, hints = []) => {
      if (options.json) return item("warning", text, { fix: hints });
      toStderr(
        [
          `${noteStyle.bold(noteStyle.yellow("warning:"))} ${text}`,
          ...hints.map((hint) => `${noteStyle.bold(noteStyle.cyan("hint:"))} ${hint}`),
        ].join("\n"),
        noteStyle,
      );
    },
    detail: (text) => {
      if (!options.verbose) return;
      if (options.json) item("detail", text);
      else toStderr(noteStyle.dim(text), noteStyle);
    },
    passThrough: (stream, data) =>
      aside(() => (stream === "stdout" && !options.json ? io.stdout : io.stderr).write(data)),
    progress: (progressOptions) => {
      if (options.quiet || options.json) return SILENT;
      return startProgress(progressOptions, screenFor(Symbol(progressOptions.label)));
    },
    flush: async () => {
      await io.stdout.flush();
      await io.stderr.flush();
    },
  };
}

const SILENT: Progress = { add() {}, setTotal() {}, [Symbol.dispose]() {} };

/** Text for a stream without colours: an escape sequence in it is not ours, so it must not pass as one. */
function plain(text: string): string {
  return text.replaceAll("\x1b", "\\x1b");
}

function ended(text: string): string {
  return text.endsWith("\n") ? text : text + "\n";
}
