import { EXIT } from "../errors.ts";
import type { AppBase } from "./app_base.ts";
import type { AnyCommand, CommandResult, Rendered, ResultItem } from "./command.ts";
import { type CommandEntry, findCommand, unknownCommand } from "./command_table.ts";
import { exitCodeOf, failureOf, failureText, saysFull } from "./error_text.ts";
import { GLOBAL_FLAGS, type GlobalOptions, NO_GLOBALS } from "./global_flags.ts";
import { commandHelp, groupHelp, overview } from "./help.ts";
import type { Io } from "./io.ts";
import { flushUntilInterrupted } from "./last_output.ts";
import { FlagReader, isFlag } from "./parse.ts";
import { makePrinter, type Printer } from "./printer.ts";
import { readInput } from "./read_input.ts";

type HelpItems = typeof import("./help_items.ts");

/** As a shell sees a program that SIGPIPE ended: 128 + 13. */
const READER_GONE = 141;

/** What commands work with, and what is left to do when one has ended. */
export interface Ending extends AsyncDisposable {
  /** Called after a command that did not fail, with its exit code; gives the one to end with. */
  afterCommand?(code: number): Promise<number>;
}

/** A page of help that is not about one command. */
export interface HelpTopic {
  readonly summary: string;
  load(): Promise<string>;
}

/** A program: its name, its commands, and how to make what they work with. */
export interface Program<App> {
  readonly name: string;
  readonly version: string;
  /** One line. */
  readonly about: string;
  readonly commands: readonly CommandEntry<App>[];
  readonly topics: Readonly<Record<string, HelpTopic>>;
  /** Called once the input of a command is known to be right; disposed after its end. */
  openApp(base: AppBase): Promise<App>;
}

/**
 * Runs one command line to its end.
 *
 * @returns The exit code; never throws.
 */
export async function dispatch<App extends Ending>(
  args: readonly string[],
  io: Io,
  program: Program<App>,
): Promise<number> {
  // Errors in the command line itself are shown as its flags ask, as far as these can be told without reading it.
  let globals: GlobalOptions = { ...NO_GLOBALS, json: beforeDashes(args).includes("--json") };
  const gone = new AbortController();
  const printerOf = (options: GlobalOptions) =>
    makePrinter(io, { ...options, quiet: options.quiet && !options.verbose, colour: options.color });
  let printer = printerOf(globals);
  let flush = () => printer.flush();
  try {
    const start = readStart(args, program.name);
    globals = { ...globals, ...start.globals };
    printer = printerOf(globals);
    const code = await runWords(start.rest);
    await flush();
    return code;
  } catch (error) {
    if (isBrokenPipe(error)) return READER_GONE;
    const failure = failureOf(
      io.signal.aborted && error === io.signal.reason ? abortError() : error,
      program.version,
    );
    printer.passThrough("stderr", failureText(failure, printer.noteStyle, globals.json));
    await flush().catch(() => {});
    return exitCodeOf(failure);
  }

  async function runWords(rest: readonly string[]): Promise<number> {
    if (globals.version) return printVersion();
    if (rest[0] === "help") return await showHelp(rest.slice(1).filter((word) => !isFlag(word)));
    if (rest.length === 0) {
      if (globals.help) return await showOverview();
      printer.passThrough("stderr", overviewText(printer.noteStyle));
      return EXIT.user;
    }
    const found = findCommand(program.commands, rest);
    if (found.kind === "none") throw unknownCommand(program.name, program.commands, rest);
    if (found.kind === "group") {
      const next = rest[found.words];
      if (next !== undefined && !isFlag(next)) throw unknownCommand(program.name, program.commands, rest);
      const asked = globals.help || beforeDashes(rest).some((word) => word === "--help" || word === "-h");
      if (asked && printer.json) return await printItems(({ entryItems }) => entryItems(found.entries));
      const text = groupHelp(program.name, found.entries, asked ? printer.style : printer.noteStyle);
      if (asked) printer.result(text);
      else printer.passThrough("stderr", text);
      return asked ? EXIT.ok : EXIT.user;
    }
    const command = await found.entry.load();
    const read = readInput(command, rest.slice(found.words), program.name);
    globals = { ...globals, ...read.globals };
    printer = printerOf(globals);
    if (globals.version) return printVersion();
    if (globals.help || read.input === undefined) {
      if (printer.json) return await printItems(({ commandItem }) => [commandItem(program.name, command)]);
      printer.result(commandHelp(program.name, command, printer.style));
      return EXIT.ok;
    }
    const signal = AbortSignal.any([io.signal, gone.signal]);
    if (command.outlivesOutput === true) flush = flushUntilInterrupted(flush, io);
    await using app = await program.openApp({ io, printer, globals, signal, version: program.version });
    const code = await perform(command, read.input, app, { printer, flush, gone });
    return await app.afterCommand?.(code) ?? code;
  }

  function printVersion(): number {
    if (globals.json) printer.resultJson({ type: "version", version: program.version });
    else printer.result(`${program.name} ${program.version}`);
    return EXIT.ok;
  }

  function overviewText(style: Printer["style"]): string {
    const topics = Object.fromEntries(
      Object.entries(program.topics).map(([name, topic]) => [name, topic.summary]),
    );
    return overview({ ...program, topics }, program.commands, style);
  }

  async function showHelp(words: readonly string[]): Promise<number> {
    const [name] = words;
    const topic = name === undefined ? undefined : program.topics[name];
    if (topic !== undefined) {
      const text = await topic.load();
      if (printer.json) printer.resultJson({ type: "topic", name, text });
      else printer.result(text);
      return EXIT.ok;
    }
    return words.length > 0 ? await runWords([...words, "--help"]) : await showOverview();
  }

  async function showOverview(): Promise<number> {
    if (printer.json) return await printItems(({ entryItems }) => entryItems(program.commands));
    printer.result(overviewText(printer.style));
    return EXIT.ok;
  }

  /** Help as data, whose making is loaded only where it is asked for. */
  async function printItems(of: (made: HelpItems) => readonly ResultItem[]): Promise<number> {
    for (const item of of(await import("./help_items.ts"))) printer.resultJson(item);
    return EXIT.ok;
  }
}

/** Runs a command whose input has been checked, and prints what it gives. */
async function perform<App>(
  command: AnyCommand<App>,
  input: Record<string, unknown>,
  app: App,
  output: {
    readonly printer: Printer;
    readonly flush: () => Promise<void>;
    /** Aborts when there is no reader any more. */
    readonly gone: AbortController;
  },
): Promise<number> {
  const { printer, gone } = output;
  const result: CommandResult = await command.run(input, app);
  const flush = async () => {
    try {
      await output.flush();
    } catch (error) {
      if (command.outlivesOutput === true && saysFull(error)) return;
      gone.abort(error);
      throw error;
    }
  };
  const print = (value: Rendered<CommandResult>) => {
    if (printer.json) {
      const items = command.json?.(value, input) ?? value;
      for (const item of Array.isArray(items) ? items as ResultItem[] : [items]) printer.resultJson(item);
    } else printer.result(command.text(value, printer.style, input));
    return command.exitCode?.(value) ?? EXIT.ok;
  };
  // What was said on the way comes before the result, though it goes another way.
  if (!(Symbol.asyncIterator in result)) {
    await flush();
    return print(result);
  }
  let code: number = EXIT.ok;
  for await (const item of result) {
    await flush();
    code = Math.max(code, print(item));
    await flush();
  }
  return code;
}

/** Reads the flags that stand before the command. */
function readStart(
  args: readonly string[],
  program: string,
): { readonly globals: Partial<GlobalOptions>; readonly rest: readonly string[] } {
  const reader = new FlagReader(args, GLOBAL_FLAGS, program);
  while (reader.index < args.length && args[reader.index] !== "--" && isFlag(args[reader.index]!)) {
    reader.take();
  }
  return { globals: reader.values, rest: args.slice(reader.index) };
}

function beforeDashes(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return end < 0 ? args : args.slice(0, end);
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe;
}

function abortError(): DOMException {
  return new DOMException("Interrupted", "AbortError");
}
