import { UserError } from "../errors.ts";

/**
 * Splits a command line into words, as a POSIX shell would without expanding anything.
 *
 * White space separates words; `'…'` keeps all, `"…"` keeps all but `\"`, `\\`; `\x` is `x`. What only a shell
 * understands (`|`, `>`, `&&`, `;`, `$NAME`, a glob) is refused when unquoted, since no shell reads the command.
 * `${…}` is kept whole, also when it holds spaces, and so is `$$`: who fills in values reads them.
 *
 * @param at Where the command stands, for the message: `stages.train.command`.
 * @throws {UserError} `command_invalid`.
 */
export function splitCommand(line: string, at: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let i = 0;
  while (i < line.length) {
    const c = line[i]!;
    if (/\s/.test(c)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      i++;
    } else if (c === "'") {
      const end = line.indexOf("'", i + 1);
      if (end < 0) throw invalid(line, at, "a single quote is not closed");
      word = (word ?? "") + line.slice(i + 1, end);
      i = end + 1;
    } else if (c === '"') {
      const [text, next] = doubleQuoted(line, i + 1, at);
      word = (word ?? "") + text;
      i = next;
    } else if (c === "\\") {
      if (i + 1 >= line.length) throw invalid(line, at, "it ends in a backslash");
      if (line[i + 1] !== "\n") word = (word ?? "") + line[i + 1];
      i += 2;
    } else if (line.startsWith("$$", i)) {
      word = (word ?? "") + "$$";
      i += 2;
    } else if (line.startsWith("${", i)) {
      const end = line.indexOf("}", i);
      if (end < 0) throw invalid(line, at, "${ is not closed");
      word = (word ?? "") + line.slice(i, end + 1);
      i = end + 1;
    } else if ("|&;<>()`$*?".includes(c)) {
      throw invalid(line, at, `${c} means something to a shell only, and no shell reads this command`);
    } else {
      word = (word ?? "") + c;
      i++;
    }
  }
  if (word !== undefined) words.push(word);
  if (words.length === 0) throw invalid(line, at, "it is empty");
  return words;
}

function doubleQuoted(line: string, start: number, at: string): [string, number] {
  let text = "";
  for (let i = start; i < line.length; i++) {
    const c = line[i]!;
    if (c === '"') return [text, i + 1];
    if (c === "\\" && (line[i + 1] === '"' || line[i + 1] === "\\")) text += line[++i];
    else text += c;
  }
  throw invalid(line, at, "a double quote is not closed");
}

function invalid(line: string, at: string, why: string): UserError {
  return new UserError("command_invalid", {
    what: `Cannot read ${at} ${JSON.stringify(line)}`,
    why,
    fix: ['for a shell\'s own syntax write a list: `command: [sh, -c, "… | …"]`', "or put quotes around it"],
  });
}
