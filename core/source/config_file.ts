/**
 * Values of a git config file: `section.key` or `section.subsection.key` to its values in order, section and key in
 * lower case. Includes are not followed.
 */
export type GitConfig = ReadonlyMap<string, readonly string[]>;

/**
 * Reads a git config file.
 *
 * A line that cannot be understood is passed over: git would refuse the file, and says so better than we could.
 *
 * @see {@link https://git-scm.com/docs/git-config#_syntax}
 */
export function parseGitConfig(text: string): GitConfig {
  const values = new Map<string, string[]>();
  let section = "";
  for (let line of text.replace(/\\\r?\n/g, "").split(/\r?\n/)) {
    const header = /^\s*\[\s*([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]/.exec(line);
    if (header !== null) {
      const subsection = header[2]?.replace(/\\(.)/g, "$1");
      section = header[1]!.toLowerCase() + (subsection === undefined ? "" : `.${subsection}`);
      line = line.slice(header[0].length);
    }
    const entry = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*(?:=(.*))?$/.exec(line);
    if (entry === null) continue;
    const key = `${section}.${entry[1]!.toLowerCase()}`;
    // A key alone means true.
    const value = entry[2] === undefined ? "true" : parseValue(entry[2]);
    values.set(key, [...values.get(key) ?? [], value]);
  }
  return values;
}

/** The last value of a key, which is the one that counts. */
export function configValue(config: GitConfig, key: string): string | undefined {
  return config.get(key)?.at(-1);
}

/** Whether a key is set to one of git's words for true. */
export function isConfigTrue(config: GitConfig, key: string): boolean {
  return /^(true|yes|on|1)$/i.test(configValue(config, key) ?? "");
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", b: "\b" };

function parseValue(raw: string): string {
  let value = "";
  let quoted = false;
  // White space outside quotes counts only up to the last other character.
  let end = 0;
  for (let i = 0; i < raw.length; i++) {
    const char = raw[i]!;
    if (char === '"') quoted = !quoted;
    else if (char === "\\") value += ESCAPES[raw[++i] ?? ""] ?? raw[i] ?? "";
    else if (!quoted && (char === "#" || char === ";")) break;
    else if (value === "" && !quoted && /\s/.test(char)) continue;
    else value += char;
    if (quoted || !/\s/.test(char)) end = value.length;
  }
  return value.slice(0, end);
}
