import { type AnyCommand, flagsOf, placeholder } from "./command.ts";
import { COMMAND_GROUPS, type CommandEntry } from "./command_table.ts";
import type { FlagShape } from "./flags.ts";
import { GLOBAL_FLAGS } from "./global_flags.ts";
import type { Style } from "./style.ts";
import { usageOf, valueName } from "./usage.ts";
import { padToWidth, textWidth } from "./width.ts";

// Narrower columns of text are hard to read.
const LEAST_ROOM = 20;

/** The overview of all commands, from the table alone. */
export function overview<App>(
  program: {
    readonly name: string;
    readonly about: string;
    readonly topics: Readonly<Record<string, string>>;
  },
  table: readonly CommandEntry<App>[],
  style: Style,
): string {
  const sections = [
    paragraph(program.about, style),
    usageLine(`${program.name} COMMAND [FLAG…] [ARGUMENT…]`, style),
  ];
  for (const group of COMMAND_GROUPS) {
    const rows = table.filter((entry) => entry.group === group)
      .map((entry) => [entry.name.join(" "), entry.summary] as const);
    if (rows.length > 0) sections.push(section(`${group}:`, twoColumns(rows, 18, style), style));
  }
  sections.push(section("Flags of every command:", flagRows(GLOBAL_FLAGS, style), style));
  const topics = Object.entries(program.topics)
    .map(([topic, summary]) => [`${program.name} help ${topic}`, summary] as const);
  const more = [
    [`${program.name} help COMMAND`, "Show the arguments, flags and examples of a command"],
    ...topics,
  ] as const;
  sections.push(section("More:", twoColumns(more, 18, style), style));
  return sections.join("\n\n") + "\n";
}

/** The commands of one noun. */
export function groupHelp<App>(program: string, entries: readonly CommandEntry<App>[], style: Style): string {
  const rows = entries.map((entry) => [`${program} ${entry.name.join(" ")}`, entry.summary] as const);
  return section("Commands:", twoColumns(rows, 18, style), style) + "\n";
}

/** All that a command says about itself. */
export function commandHelp(program: string, command: AnyCommand<never>, style: Style): string {
  const flags = flagsOf(command);
  const sections = [
    paragraph(command.summary, style),
    usageLine(usageOf(program, command), style),
  ];
  if (command.description !== undefined) sections.push(paragraph(command.description, style));
  if (command.positionals.length > 0) {
    const rows = command.positionals.map((p) =>
      [placeholder(p.name) + (p.many ? "…" : ""), p.describe] as const
    );
    sections.push(section("Arguments:", twoColumns(rows, 18, style), style));
  }
  if (flags.length > 0) sections.push(section("Flags:", flagRows(flags, style), style));
  sections.push(section("Flags of every command:", flagRows(GLOBAL_FLAGS, style), style));
  if (command.examples.length > 0) {
    // Lines to copy are whole.
    const lines = command.examples.map(({ does, run }) =>
      `${indented(does, 2, style).join("\n")}\n    ${style.cyan(run)}`
    );
    sections.push(section("Examples:", lines.join("\n"), style));
  }
  return sections.join("\n\n") + "\n";
}

function section(title: string, body: string, style: Style): string {
  return `${style.bold(title)}\n${body}`;
}

function flagRows(flags: readonly FlagShape[], style: Style): string {
  const rows = flags.map((flag) => {
    const off = flag.kind === "boolean" && flag.default === true;
    const name = off ? `--no-${flag.flag.slice(2)}` : flag.flag;
    const short = flag.short === undefined || off ? "    " : `-${flag.short}, `;
    const value = flag.kind === "boolean" ? "" : ` ${valueName(flag)}`;
    return [short + name + value, flag.describe + notes(flag)] as const;
  });
  return twoColumns(rows, 26, style);
}

function notes(flag: FlagShape): string {
  const standard = typeof flag.default === "number" ||
    (typeof flag.default === "string" && flag.default !== "");
  const parts = [
    ...(flag.required === true ? ["needed"] : []),
    ...(flag.many ? ["may be repeated"] : []),
    ...(standard ? [`default ${flag.default}`] : []),
  ];
  return parts.length > 0 ? ` (${parts.join("; ")})` : "";
}

/** Two columns; the second is wrapped on a terminal. */
function twoColumns(rows: readonly (readonly [string, string])[], least: number, style: Style): string {
  const left = Math.max(least, ...rows.map(([name]) => textWidth(name)));
  const room = style.columns === undefined ? Infinity : style.columns - left - 4;
  if (room < LEAST_ROOM) return stacked(rows, style);
  return rows.map(([name, text]) => {
    const [first = "", ...rest] = wrap(text, room);
    return [
      `  ${style.cyan(padToWidth(name, left))}  ${first}`.trimEnd(),
      ...rest.map((line) => " ".repeat(left + 4) + line),
    ].join("\n");
  }).join("\n");
}

/** Each text below its name, for terminals that have no room for two columns. */
function stacked(rows: readonly (readonly [string, string])[], style: Style): string {
  return rows.flatMap(([name, text]) => [`  ${style.cyan(name)}`, ...indented(text, 6, style)]).join("\n");
}

function indented(text: string, indent: number, style: Style): string[] {
  const room = Math.max(LEAST_ROOM, (style.columns ?? Infinity) - indent);
  return wrap(text, room).map((line) => " ".repeat(indent) + line);
}

/** A second line stands below the program's name. */
function usageLine(usage: string, style: Style): string {
  const [first, ...rest] = indented(usage, "Usage: ".length, style);
  return [`${style.bold("Usage:")} ${first!.trimStart()}`, ...rest].join("\n");
}

/** Text as lines that a terminal need not break within words. */
function paragraph(text: string, style: Style): string {
  return wrap(text, style.columns ?? Infinity).join("\n");
}

function wrap(text: string, room: number): string[] {
  if (room === Infinity) return [text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && textWidth(line) + 1 + textWidth(word) > room) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
