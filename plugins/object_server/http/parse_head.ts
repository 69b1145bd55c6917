import { HttpFault } from "./http_fault.ts";
import type { Framing, HeaderList, HttpHead } from "./http_message.ts";

const latin1 = new TextDecoder("latin1");
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** `token` of RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;
// deno-lint-ignore no-control-regex
const NOT_ASCII = /[^\x00-\x7f]/;

/**
 * Reads request line and headers as RFC 9112 has them, and nothing looser.
 *
 * What two parsers could read in two ways is refused: bare CR or LF, folded lines, blanks before a colon, two lengths,
 * a length together with a transfer coding, a coding other than `chunked`, two hosts.
 *
 * @param bytes Up to, not with, the empty line.
 * @throws {HttpFault} 400, 501 for a transfer coding that is not known, 505 for a version that is not 1.0 or 1.1.
 */
export function parseHead(bytes: Uint8Array): HttpHead {
  // TextDecoder's "latin1" is windows-1252: only ASCII is read through it, other bytes one by one.
  const text = bytes.every(isAscii) ? latin1.decode(bytes) : byteText(bytes);
  const lines = text.split("\r\n");
  const [method, target, version, ...rest] = lines[0]!.split(" ");
  if (rest.length > 0 || !method || !target || !version) throw new HttpFault(400, "malformed request line");
  if (!TOKEN.test(method)) throw new HttpFault(400, "malformed method");
  if (version !== "HTTP/1.1" && version !== "HTTP/1.0") {
    throw new HttpFault(/^HTTP\/\d/.test(version) ? 505 : 400, "unknown HTTP version");
  }
  const headers = lines.slice(1).map(parseField);
  const { path, query, authority } = parseTarget(decodeHeader(target));
  const host = hostOf(headers, authority, version);
  const connection = joined(headers, "connection")?.toLowerCase().split(",").map((word) => word.trim()) ?? [];
  return {
    method,
    version,
    path,
    query,
    headers,
    host,
    framing: framingOf(headers, version),
    expectsContinue: version === "HTTP/1.1" && joined(headers, "expect")?.toLowerCase() === "100-continue",
    keepAlive: !connection.includes("close") &&
      (version === "HTTP/1.1" || connection.includes("keep-alive")),
  };
}

function isAscii(byte: number): boolean {
  return byte < 0x80;
}

/** One character a byte. */
function byteText(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/**
 * The text of a header's bytes: UTF-8 where they are UTF-8, else Latin-1. Clients send either.
 *
 * @param text One character a byte.
 */
export function decodeHeader(text: string): string {
  if (!NOT_ASCII.test(text)) return text;
  try {
    return utf8.decode(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  } catch {
    return text;
  }
}

/** Headers with their text in place of their bytes; the same list if that is no change. */
export function decodeHeaders(headers: HeaderList): HeaderList {
  if (headers.every(([, value]) => !NOT_ASCII.test(value))) return headers;
  return headers.map(([name, value]) => [name, decodeHeader(value)]);
}

function parseField(line: string): [string, string] {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(colon, 0));
  if (!TOKEN.test(name)) throw new HttpFault(400, "malformed header");
  const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "");
  if (CONTROL.test(value)) throw new HttpFault(400, "control character in a header");
  return [name, value];
}

// deno-lint-ignore no-control-regex
const NOT_IN_TARGET = /[\x00-\x20\x7f]/;

function parseTarget(target: string): { path: string; query: string; authority?: string } {
  if (NOT_IN_TARGET.test(target)) throw new HttpFault(400, "control character in the target");
  const absolute = /^https?:\/\/([^/?#]+)(.*)$/i.exec(target);
  const origin = absolute ? absolute[2]! || "/" : target;
  if (!origin.startsWith("/")) throw new HttpFault(400, "malformed target");
  if (origin.includes("#")) throw new HttpFault(400, "fragment in the target");
  const at = origin.indexOf("?");
  return {
    path: at < 0 ? origin : origin.slice(0, at),
    query: at < 0 ? "" : origin.slice(at + 1),
    ...(absolute ? { authority: absolute[1]! } : {}),
  };
}

function joined(headers: readonly [string, string][], name: string): string | undefined {
  let value: string | undefined;
  for (const [key, part] of headers) {
    if (key.length === name.length && key.toLowerCase() === name) {
      value = value === undefined ? part : `${value},${part}`;
    }
  }
  return value;
}

function hostOf(
  headers: readonly [string, string][],
  authority: string | undefined,
  version: string,
): string {
  const hosts = headers.filter(([name]) => name.length === 4 && name.toLowerCase() === "host");
  if (hosts.length > 1) throw new HttpFault(400, "more than one Host");
  if (hosts.length === 0 && version === "HTTP/1.1") throw new HttpFault(400, "no Host");
  const host = hosts[0]?.[1] ?? "";
  if (/[\s/?#@\\]/.test(host)) throw new HttpFault(400, "malformed Host");
  return authority ?? host;
}

function framingOf(headers: readonly [string, string][], version: string): Framing {
  const coding = joined(headers, "transfer-encoding");
  const length = joined(headers, "content-length");
  if (coding !== undefined) {
    if (length !== undefined) throw new HttpFault(400, "both Content-Length and Transfer-Encoding");
    if (version === "HTTP/1.0") throw new HttpFault(400, "Transfer-Encoding in HTTP/1.0");
    if (coding.toLowerCase() !== "chunked") throw new HttpFault(501, "unknown transfer coding");
    return { kind: "chunked" };
  }
  if (length === undefined) return { kind: "none" };
  // 15 digits stay below 2^53, and above any object.
  if (!/^\d{1,15}$/.test(length)) throw new HttpFault(400, "malformed Content-Length");
  return { kind: "length", length: Number(length) };
}
