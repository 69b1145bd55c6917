import { S3Fault } from "./errors.ts";

const UNRESERVED = /^[A-Za-z0-9\-._~]$/;

/** The spelling of each byte in a canonical request. */
const ENCODED = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return UNRESERVED.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
});

/** Value of a hex digit's byte; -1 for other bytes. */
const HEX = Int8Array.from({ length: 256 }, (_, byte) => {
  const digit = parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(digit) ? -1 : digit;
});

const PLAIN = /^[A-Za-z0-9\-._~]*$/;
const PLAIN_OR_SLASH = /^[A-Za-z0-9\-._~/]*$/;

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
  if (typeof text === "string" && (keepSlash ? PLAIN_OR_SLASH : PLAIN).test(text)) return text;
  let out = "";
  for (const byte of typeof text === "string" ? utf8.encode(text) : text) {
    out += keepSlash && byte === 0x2f ? "/" : ENCODED[byte]!;
  }
  return out;
}

/** Encodes anew what was encoded in some way or not at all: most of it needs nothing. @param plusIsSpace As in queries. */
export function percentRecode(text: string, keepSlash: boolean, plusIsSpace: boolean): string {
  if ((keepSlash ? PLAIN_OR_SLASH : PLAIN).test(text)) return text;
  return percentEncode(percentDecodeBytes(text, plusIsSpace), keepSlash);
}

/**
 * Takes `%XX` back to bytes. A `%` that begins no such triple stands for itself.
 *
 * @param plusIsSpace As in queries.
 */
function percentDecodeBytes(text: string, plusIsSpace = false): Uint8Array {
  const bytes = utf8.encode(text);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    let byte = bytes[i]!;
    if (byte === 0x25 && i + 2 < bytes.length) {
      const high = HEX[bytes[i + 1]!]!, low = HEX[bytes[i + 2]!]!;
      if (high >= 0 && low >= 0) {
        byte = high * 16 + low;
        i += 2;
      }
    } else if (plusIsSpace && byte === 0x2b) byte = 0x20;
    // Never ahead of what is read.
    bytes[length++] = byte;
  }
  return bytes.subarray(0, length);
}

/**
 * Takes `%XX` back to text.
 *
 * @throws {S3Fault} `InvalidURI` if the bytes are not UTF-8.
 */
export function percentDecode(text: string, plusIsSpace = false): string {
  if (!text.includes("%")) return plusIsSpace ? text.replaceAll("+", " ") : text;
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
