import type { JsonValue } from "../model/json.ts";

/**
 * Writes a value as canonical JSON (RFC 8785): members sorted by UTF-16 code units, no white space, numbers as
 * ECMAScript prints them.
 *
 * Members whose value is `undefined` are left out. Equal values give equal text whatever the order of their keys.
 *
 * @throws {TypeError} on NaN, infinities, lone surrogates and what JSON cannot hold: the caller checks first.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8785} section 3.2
 */
export function canonicalJson(value: JsonValue | object): string {
  return write(value as JsonValue);
}

/** The UTF-8 bytes of {@link canonicalJson}. */
export function canonicalJsonBytes(value: JsonValue | object): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(canonicalJson(value));
}

function write(value: JsonValue): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`Canonical JSON cannot hold ${value}`);
    return JSON.stringify(value);
  }
  if (typeof value === "string") return writeString(value);
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  if (typeof value !== "object") throw new TypeError(`Canonical JSON cannot hold a ${typeof value}`);
  const members: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member = (value as Record<string, JsonValue | undefined>)[key];
    if (member !== undefined) members.push(`${writeString(key)}:${write(member)}`);
  }
  return `{${members.join(",")}}`;
}

function writeString(text: string): string {
  if (!text.isWellFormed()) throw new TypeError("Canonical JSON cannot hold a lone surrogate");
  return JSON.stringify(text);
}
