import type { Secret } from "./secret.ts";
import { replaceFile } from "./replace_file.ts";

/**
 * The text of an INI file with one section set; the others, and comments, stay as they are.
 *
 * @param entries Name to value, in order; neither has a line break in it.
 */
export function withSection(
  text: string,
  section: string,
  entries: Readonly<Record<string, string>>,
): string {
  const body = Object.entries(entries).map(([name, value]) => `${name} = ${value}\n`).join("");
  const lines = text.split(/(?<=\n)/);
  const isHeader = (line: string) => /^\s*\[/.test(line);
  const start = lines.findIndex((line) => line.trim() === `[${section}]`);
  if (start < 0) {
    const before = text === "" || text.endsWith("\n") ? text : `${text}\n`;
    return `${before}${before === "" ? "" : "\n"}[${section}]\n${body}`;
  }
  const next = lines.findIndex((line, i) => i > start && isHeader(line));
  const rest = next < 0 ? [] : lines.slice(next);
  return [...lines.slice(0, start), `[${section}]\n`, body, ...(rest.length > 0 ? ["\n"] : []), ...rest].join(
    "",
  );
}

/** Keeps keys in a section of a credentials file, which nobody but its owner may read; made if it is not there. */
export async function writeCredentials(
  path: string,
  section: string,
  entries: Readonly<Record<string, Pick<Secret, "reveal">>>,
): Promise<void> {
  let text = "";
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const plain = Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, value.reveal()]));
  await replaceFile(path, withSection(text, section, plain), 0o600);
}

/** Entries of a section of a credentials file; `undefined` if there is no such section, or no file. */
export async function readCredentials(
  path: string,
  section: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    return sectionOf(await Deno.readTextFile(path), section);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Entries of a section of an INI file; `undefined` if there is none. */
export function sectionOf(text: string, section: string): Readonly<Record<string, string>> | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const start = lines.indexOf(`[${section}]`);
  if (start < 0) return undefined;
  const next = lines.findIndex((line, i) => i > start && line.startsWith("["));
  const entries = lines.slice(start + 1, next < 0 ? undefined : next)
    .map((line) => /^([^#;=][^=]*?)\s*=\s*(.*)$/.exec(line))
    .filter((match) => match !== null);
  return Object.fromEntries(entries.map(([, name, value]) => [name!, value!]));
}
