import { md5 } from "./hmac.ts";

/** The ETag of a multipart object: the MD5 of its parts' MD5s one after another, `-`, and how many parts there are. Without quotes. */
export function multipartEtag(partEtags: readonly string[]): string {
  const digests = partEtags.flatMap((etag) => [...Uint8Array.fromHex(etag)]);
  return `${md5(Uint8Array.from(digests)).toHex()}-${partEtags.length}`;
}

/** With quotes, as headers and documents have it. */
export function quoteEtag(etag: string): string {
  return `"${etag}"`;
}

/** Without quotes. A weak one loses its `W/` too: nothing here is weak, but proxies make it so. */
export function unquoteEtag(text: string): string {
  return text.trim().replace(/^(?:W\/)?"(.*)"$/, "$1");
}

/**
 * Reads If-Match or If-None-Match.
 *
 * @returns `*`, or ETags without quotes. One that came without quotes is taken for itself: clients of S3 send such.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1}
 */
export function parseEtagList(text: string): "*" | string[] {
  const trimmed = text.trim();
  if (trimmed === "*") return "*";
  return (trimmed.match(/(?:W\/)?"[^"]*"|[^,\s]+/g) ?? []).map(unquoteEtag);
}
