import type { HeaderList } from "./http_message.ts";

/** Reason phrases of RFC 9110 for the statuses that are sent; clients go by the number. */
const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  204: "No Content",
  206: "Partial Content",
  301: "Moved Permanently",
  303: "See Other",
  304: "Not Modified",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  411: "Length Required",
  412: "Precondition Failed",
  416: "Range Not Satisfiable",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
};

const encoder = new TextEncoder();
// deno-lint-ignore no-control-regex
const UNSAFE = /[\x00-\x08\x0a-\x1f\x7f]/g;

// deno-lint-ignore no-control-regex
const ASCII = /^[\x00-\x7f]*$/;
// deno-lint-ignore no-control-regex
const LATIN1 = /^[\x00-\xff]*$/;

/**
 * Status line and headers, with the empty line.
 *
 * Control characters of values become spaces, so that nothing that was stored can begin a header of its own. A value whose
 * characters are all below U+0100 goes out as one byte each, so that what came in goes out; any other as UTF-8.
 */
export function encodeHead(status: number, headers: HeaderList): Uint8Array {
  let text = `HTTP/1.1 ${status} ${REASONS[status] ?? "Status"}\r\n`;
  for (const [name, value] of headers) text += `${name}: ${toBytes(value.replace(UNSAFE, " "))}\r\n`;
  text += "\r\n";
  return ASCII.test(text)
    ? encoder.encode(text)
    : Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** One character a byte. */
function toBytes(value: string): string {
  return LATIN1.test(value) ? value : toByteText(value);
}

/** The bytes of UTF-8 of a text, one character each. */
export function toByteText(text: string): string {
  return ASCII.test(text) ? text : String.fromCharCode(...encoder.encode(text));
}
