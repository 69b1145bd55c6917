import { S3Fault } from "./errors.ts";

const UNRESERVED = /^[A-Za-z0-9\-._~]$/;

/** The spelling of each byte in a canonical request. */
const ENCODED = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return UNRESERVED.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
});

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Encodes as AWS does: every byte but unreserved characters becomes `%XX`, in upper case; a space is `%20`.
 *
 * @param text Text, or its bytes of UTF-8.
 * @param keepSlash Whether `/` stays: it does in paths and in listings with `encoding-type=url`.
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html} UriEncode()
 */
export function percentEncode(text: string | Uint8Array, keepSlash = false): string {
  let out = "";
  for (const byte of typeof text === "string" ? utf8.encode(text) : text) {
    out += keepSlash && byte === 0x2f ? "/" : ENCODED[byte]!;
  }
  return out;
}

/**
 * Takes `%XX` back to bytes. A `%` that begins no such triple stands for itself.
 *
 * @param plusIsSpace As in queries.
 */
export function percentDecodeBytes(text: string, plusIsSpace = false): Uint8Array {
  const bytes = utf8.encode(text);
  const out = new Uint8Array(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    const value = byte === 0x25 ? hexPair(bytes, i + 1) : undefined;
    if (value !== undefined) i += 2;
    out[length++] = value ?? (plusIsSpace && byte === 0x2b ? 0x20 : byte);
  }
  return out.subarray(0, length);
}

function hexPair(bytes: Uint8Array, at: number): number | undefined {
  const text = String.fromCharCode(bytes[at] ?? 0, bytes[at + 1] ?? 0);
  return /^[0-9a-fA-F]{2}$/.test(text) ? parseInt(text, 16) : undefined;
}

/**
 * Takes `%XX` back to text.
 *
 * @throws {S3Fault} `InvalidURI` if the bytes are not UTF-8.
 */
export function percentDecode(text: string, plusIsSpace = false): string {
  try {
    return strictUtf8.decode(percentDecodeBytes(text, plusIsSpace));
  } catch (cause) {
    throw new S3Fault("InvalidURI", { cause });
  }
}

/**
 * The parameters of a query, in their order, decoded; a name without `=` has the value "".
 *
 * @param query As sent, without `?`; may be empty.
 * @throws {S3Fault} `InvalidURI`.
 */
export function parseQuery(query: string): [name: string, value: string][] {
  return splitQuery(query).map(([name, value]) => [percentDecode(name, true), percentDecode(value, true)]);
}

/** The parameters of a query, in their order, as sent. Empty pieces, as in `a&&b`, count for nothing. */
export function splitQuery(query: string): [name: string, value: string][] {
  return query.split("&").filter((piece) => piece !== "").map((piece) => {
    const at = piece.indexOf("=");
    return at < 0 ? [piece, ""] : [piece.slice(0, at), piece.slice(at + 1)];
  });
}
