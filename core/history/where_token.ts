import { UserError } from "../errors.ts";

/** A piece of a filter. `at` is where it begins, in UTF-16 code units. */
export interface Token {
  /** `word` is a name or an unquoted value; `text` was in quotes; `end` stands after the last one. */
  readonly kind: "word" | "text" | "sign" | "end";
  readonly text: string;
  readonly at: number;
}

const SPACE = /\s+/y;
const SIGN = /!=|<=|>=|==|[=<>~(),]/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/ys;
// A name may go on in quotes, for keys that hold other characters: params."learning rate".
const WORD = /(?:[\p{L}\p{N}_.:@/+*%-]|(?<=\.)"(?:[^"\\]|\\.)*"|(?<=\.)'(?:[^'\\]|\\.)*')+/yu;

/**
 * Cuts a filter into tokens.
 *
 * @throws {UserError} `where_invalid`, pointing at the character.
 */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  while (at < text.length) {
    const space = match(SPACE);
    if (space !== null) {
      at += space[0].length;
      continue;
    }
    const word = match(WORD), quoted = match(QUOTED), sign = match(SIGN);
    const piece = word ?? quoted ?? sign;
    if (piece === null) {
      const quote = /["']/.test(text[at]!);
      throw whereInvalid(
        text,
        at,
        quote ? "a quote is opened and not closed" : "this is not part of a filter",
      );
    }
    if (word !== null) found.push({ kind: "word", text: unquoteParts(word[0]), at });
    else if (quoted !== null) found.push({ kind: "text", text: unescape(quoted[1] ?? quoted[2]!), at });
    else found.push({ kind: "sign", text: piece[0], at });
    at += piece[0].length;
  }
  found.push({ kind: "end", text: "", at: text.length });
  return found;
}

function unquoteParts(word: string): string {
  return word.replaceAll(/(["'])((?:(?!\1)[^\\]|\\.)*)\1/gs, (_, _quote, inner: string) => unescape(inner));
}

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/gs, "$1");
}

/** The error for a filter that cannot be read; it points at a character. */
export function whereInvalid(text: string, at: number, why: string, fix?: readonly string[]): UserError {
  // One character for each before the place, so that the caret stands under it.
  const line = text.replaceAll(/[\r\n\t]/g, " ");
  const caret = " ".repeat([...line.slice(0, at)].length);
  return new UserError("where_invalid", {
    what: "Cannot read the filter",
    why: `${why}\n  ${line}\n  ${caret}^`,
    ...(fix === undefined ? {} : { fix }),
  });
}
