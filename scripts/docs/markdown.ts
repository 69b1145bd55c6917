/** A table; cells may hold any text. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** Text as code; empty for an empty one. */
export function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}

/** The part of a page between its `<!-- generated: name -->` and `<!-- end -->` lines. */
const BLOCK = /(<!-- generated: ([a-z0-9-]+) -->\n)[^]*?(<!-- end -->)/g;

/**
 * Fills the generated blocks of a page, and leaves the rest.
 *
 * @throws {RangeError} if a block has a name that `blocks` does not know.
 */
export function fillBlocks(page: string, blocks: Readonly<Record<string, string>>): string {
  return page.replaceAll(BLOCK, (_, begin: string, name: string, end: string) => {
    if (!Object.hasOwn(blocks, name)) {
      throw new RangeError(
        `there is no generated block "${name}"; there is ${Object.keys(blocks).join(", ")}`,
      );
    }
    return `${begin}\n${blocks[name]}\n\n${end}`;
  });
}

/** A fenced block of code in a page. */
export interface CodeBlock {
  /** The word after the fence; empty if there is none. */
  readonly language: string;
  /** With a line feed at its end, unless empty. */
  readonly text: string;
}

/** The fenced blocks of a page, in order. */
export function codeBlocks(page: string): CodeBlock[] {
  return [...page.matchAll(/^(`{3,})([a-z]*)\n([^]*?)^\1$/gm)].map(([, , language, text]) => ({
    language: language!,
    text: text!,
  }));
}
