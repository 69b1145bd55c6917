import { isDeepStrictEqual } from "node:util";
import { Document, isMap, isNode, type Pair, parseDocument, stringify, type YAMLMap } from "yaml";
import { readYaml } from "./yaml_text.ts";

/** An entry of a map that stands at the top of a file. */
export interface EntryPlace {
  readonly section: string;
  readonly name: string;
}

/**
 * The text with one entry of a section set; the section is made if it is not there.
 *
 * Where the section is written as a block, or absent, every other character stays as it is. A file that is written
 * in another way, such as in braces, is laid out anew: its comments and order stay.
 *
 * @param text YAML that {@link readYaml} takes; a map, or nothing but comments.
 */
export function setEntry(
  text: string,
  { section, name }: EntryPlace,
  options: Readonly<Record<string, string>>,
): string {
  const former = readYaml(text, section).value as Record<string, Record<string, unknown> | null> | null;
  const wanted = { ...former, [section]: { ...former?.[section], [name]: options } };
  const document = parseDocument(text);
  const edited = withBlock(text, document, { section, name }, options);
  if (edited !== undefined && says(edited, wanted)) return edited;
  return laidOutAnew(document, { section, name }, options);
}

/** The text with lines put in; undefined where there is no place that lines could be put. */
function withBlock(
  text: string,
  document: Document,
  { section, name }: EntryPlace,
  options: Readonly<Record<string, string>>,
): string | undefined {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const block = (value: unknown, step: number, column: number) =>
    stringify(value, { lineWidth: 0, indent: step }).trimEnd().split("\n")
      .map((line) => " ".repeat(column) + line).join(newline);
  const lineAfter = (at: number, lines: string) => {
    const end = text.indexOf("\n", at);
    if (end >= 0) return text.slice(0, end + 1) + lines + newline + text.slice(end + 1);
    return `${text}${text === "" ? "" : newline}${lines}${newline}`;
  };

  const { contents } = document;
  const held = isMap(contents) ? pairOf(contents, section) : undefined;
  if (held === undefined) {
    const lines = block({ [section]: { [name]: options } }, 2, 0);
    return text === "" || text.endsWith("\n")
      ? `${text}${lines}${newline}`
      : `${text}${newline}${lines}${newline}`;
  }
  if (!isMap(held.value)) return lineAfter(rangeOf(held.key)[0], block({ [name]: options }, 2, 2));
  const { items, flow } = held.value;
  const [first] = items, last = items.at(-1);
  if (flow === true || first === undefined || last === undefined) return undefined;
  const start = rangeOf(first.key)[0];
  const column = start - (text.lastIndexOf("\n", start) + 1);
  const former = pairOf(held.value, name);
  const entry = block({ [name]: options }, column || 2, column);
  if (former === undefined) return lineAfter(endOf(text, last), entry);
  return text.slice(0, rangeOf(former.key)[0]) + entry.trimStart() + text.slice(endOf(text, former));
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isNode(pair.key) && String(pair.key) === key);
}

function rangeOf(node: unknown): readonly [number, number, number] {
  const range = isNode(node) ? node.range : undefined;
  if (range === null || range === undefined) throw new TypeError("A node that was read has no place");
  return range;
}

/** Where the last character of an entry has ended. */
function endOf(text: string, { key, value }: Pair): number {
  return text.slice(0, rangeOf(value ?? key)[1]).trimEnd().length;
}

function says(text: string, wanted: unknown): boolean {
  try {
    return isDeepStrictEqual(readYaml(text, "").value, wanted);
  } catch {
    // What was put in does not fit how the rest is written.
    return false;
  }
}

function laidOutAnew(
  document: Document,
  { section, name }: EntryPlace,
  options: Readonly<Record<string, string>>,
): string {
  const whole = document.contents === null ? new Document({}) : document;
  if (!isMap(whole.getIn([section], true))) whole.setIn([section], whole.createNode({}));
  whole.setIn([section, name], whole.createNode(options));
  if (isMap(whole.contents)) whole.contents.flow = false;
  return whole.toString({ lineWidth: 0 });
}
