import { isJsonObject } from "../../../core/model/json.ts";
import { Message } from "./message.ts";
import { invalid, Refusal } from "./refusal.ts";

/** Largest body of JSON, in bytes; MLflow's client sends far smaller ones, and files go another way. */
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * What `request` says: the query of a GET or DELETE without a body, else its JSON.
 *
 * @throws {Refusal} if it is too large, or no JSON object.
 */
export async function readMessage(request: Request): Promise<Message> {
  const text = request.method === "GET" ? "" : await readText(request);
  if (text === "") return new Message(queryFields(new URL(request.url).searchParams));
  const value = parseLoosely(text);
  if (isJsonObject(value)) return new Message(value);
  throw new Refusal("BAD_REQUEST", "Cannot read the request: its body is no JSON object");
}

function queryFields(query: URLSearchParams): Record<string, unknown> {
  const names = new Set(query.keys());
  return Object.fromEntries([...names].map((name) => {
    const values = query.getAll(name);
    return [name, values.length === 1 ? values[0] : values];
  }));
}

async function readText(request: Request): Promise<string> {
  if (request.body === null) return "";
  const pieces: string[] = [];
  const decoder = new TextDecoder();
  let bytes = 0;
  try {
    for await (const piece of request.body) {
      bytes += piece.byteLength;
      if (bytes > MOST_BYTES) {
        throw invalid(
          `Cannot take a request of more than ${MOST_BYTES} bytes: log in smaller batches, and large values as artifacts`,
        );
      }
      pieces.push(decoder.decode(piece, { stream: true }));
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal("BAD_REQUEST", "Cannot read the request: it broke off", { cause: error });
  }
  pieces.push(decoder.decode());
  return pieces.join("");
}

/** As JSON; if it is none, once more with the names that Python's encoder writes for what JSON has no number for. */
function parseLoosely(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const quoted = quoteBareNumbers(text);
    try {
      if (quoted !== text) return JSON.parse(quoted);
    } catch {
      // Told below with what the text itself says.
    }
    throw new Refusal("BAD_REQUEST", "Cannot read the request: its body is no JSON", { cause: error });
  }
}

/** One pass, whatever the text is: a program's garbage is not to hold up its host. */
function quoteBareNumbers(text: string): string {
  const token = /["\\]|-?Infinity|NaN/g;
  let quoted = "", copied = 0, inString = false;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [found] = match;
    if (found === '"') inString = !inString;
    else if (found === "\\") token.lastIndex++;
    else if (!inString) {
      quoted += `${text.slice(copied, match.index)}"${found}"`;
      copied = token.lastIndex;
    }
  }
  return quoted + text.slice(copied);
}
