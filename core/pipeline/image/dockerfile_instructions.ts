/** One instruction of a Dockerfile, wherever its text was broken. */
export interface Instruction {
  /** Upper case. */
  readonly keyword: string;
  /** What follows the keyword, with continuations joined and comments between them left out. */
  readonly rest: string;
  /** Flags before the rest: `--from=x` gives `from`, `x`; in order. */
  readonly flags: readonly (readonly [name: string, value: string])[];
  /** {@link Instruction.rest} without its flags. */
  readonly body: string;
  /** Lines of the file, from 0; `end` is the line after, heredocs included. */
  readonly start: number;
  readonly end: number;
}

/** A Dockerfile taken apart; its lines joined again give the file. */
export interface DockerfileText {
  readonly lines: readonly string[];
  readonly instructions: readonly Instruction[];
  /** Lines with a `# syntax=` directive. */
  readonly syntaxLines: readonly number[];
}

const DIRECTIVE = /^#\s*([a-z]+)\s*=\s*(\S+)\s*$/i;
// A word that begins a heredoc: `<<EOF`, `3<<-"EOF"`. `$((1<<2))` is none, since its word begins otherwise.
const HEREDOC = /(?:^|\s)\d*<<(-?)(["']?)([A-Za-z_][A-Za-z0-9_.]*)\2(?=$|[\s;&|>)])/g;
const WITH_HEREDOC = new Set(["RUN", "COPY", "ADD"]);

/**
 * Takes a Dockerfile apart into instructions. Every text can be taken apart: what is no instruction for the engine
 * is one here, and the engine says what is wrong with it.
 *
 * @see {@link https://docs.docker.com/reference/dockerfile/} "Format", "Parser directives", "Here-documents"
 */
export function parseDockerfile(text: string): DockerfileText {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const { escape, syntaxLines, first } = directivesOf(lines);
  const instructions: Instruction[] = [];
  for (let at = first; at < lines.length;) {
    if (isBlankOrComment(lines[at] ?? "")) {
      at++;
      continue;
    }
    const { joined, end } = joinLines(lines, at, escape);
    const instruction = toInstruction(joined, at, end, lines);
    instructions.push(instruction);
    at = instruction.end;
  }
  return { lines, instructions, syntaxLines };
}

function directivesOf(lines: readonly string[]): { escape: string; syntaxLines: number[]; first: number } {
  let escape = "\\", first = 0;
  const syntaxLines: number[] = [];
  // Directives stand before everything else; the first line that is none ends them.
  for (const line of lines) {
    const [, name, value] = DIRECTIVE.exec(line) ?? [];
    if (name === undefined) break;
    if (name.toLowerCase() === "escape" && value === "`") escape = "`";
    if (name.toLowerCase() === "syntax") syntaxLines.push(first);
    first++;
  }
  return { escape, syntaxLines, first };
}

function joinLines(lines: readonly string[], start: number, escape: string): { joined: string; end: number } {
  let joined = "", end = start;
  const continued = escape === "`" ? /`[ \t]*$/ : /\\[ \t]*$/;
  while (end < lines.length) {
    const line = lines[end++] ?? "";
    // Comments and blank lines inside an instruction are passed over.
    if (end - 1 > start && isBlankOrComment(line)) continue;
    if (!continued.test(line)) return { joined: joined + line, end };
    joined += line.replace(continued, "");
  }
  return { joined, end };
}

function toInstruction(joined: string, start: number, end: number, lines: readonly string[]): Instruction {
  const [, word = "", rest = ""] = /^\s*(\S+)\s*([\s\S]*?)\s*$/.exec(joined) ?? [];
  const keyword = word.toUpperCase();
  const flags: [string, string][] = [];
  let body = rest;
  for (let flag; (flag = /^--([a-z]+)(?:=(\S*))?(?:\s+|$)/.exec(body)) !== null;) {
    flags.push([flag[1] ?? "", flag[2] ?? ""]);
    body = body.slice(flag[0].length);
  }
  if (WITH_HEREDOC.has(keyword)) end = afterHeredocs(body, end, lines);
  return { keyword, rest, flags, body, start, end };
}

function afterHeredocs(body: string, end: number, lines: readonly string[]): number {
  let at = end;
  for (const [, dash, , word] of body.matchAll(HEREDOC)) {
    let stop = at;
    while (stop < lines.length && (dash === "-" ? lines[stop]?.replace(/^\t+/, "") : lines[stop]) !== word) {
      stop++;
    }
    // No end: the engine does not take it for a heredoc either.
    if (stop === lines.length) return at;
    at = stop + 1;
  }
  return at;
}

function isBlankOrComment(line: string): boolean {
  return /^\s*(?:#|$)/.test(line);
}
