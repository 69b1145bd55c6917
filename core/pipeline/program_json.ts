/** Stands for NaN until the text is parsed: JSON has numbers that are too large, and none that is none. */
const NOT_A_NUMBER = "\u0000NaN";

// A whole string, which is stepped over, or a spelling that only some writers of JSON have.
const STRING_OR_SPELLING = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/gs;

/**
 * Reads JSON as programs write it: Python's `json` module spells what is no finite number `NaN`, `Infinity` and
 * `-Infinity`, which the standard does not have.
 *
 * @throws {SyntaxError} if it is not JSON otherwise either.
 */
export function readProgramJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const standard = text.replaceAll(STRING_OR_SPELLING, standardSpelling);
    if (standard === text) throw error;
    try {
      return JSON.parse(standard, (_, value) => value === NOT_A_NUMBER ? NaN : value);
    } catch {
      // The places in the first message are those of the text that the program wrote.
      throw error;
    }
  }
}

function standardSpelling(token: string): string {
  if (token.startsWith('"')) return token;
  if (token === "NaN") return JSON.stringify(NOT_A_NUMBER);
  return token === "Infinity" ? "1e999" : "-1e999";
}
