/** Base64 with padding. @see {@link https://www.rfc-editor.org/rfc/rfc4648#section-4} */
export function toBase64(bytes: Uint8Array): string {
  return bytes.toBase64();
}

/** Reads base64 with padding. @returns `undefined` if it is not that, or not spelt as {@link toBase64} would. */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    const bytes = Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
    // White space is skipped when reading.
    return toBase64(bytes) === text ? bytes : undefined;
  } catch {
    return undefined;
  }
}
