/** `YYYYMMDDTHHMMSSZ`, as signatures have it. @param at Epoch milliseconds; parts of a second are cut. */
export function timestampText(at: number): string {
  return new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, "");
}

/** Reads `YYYYMMDDTHHMMSSZ`. @returns Epoch milliseconds; `undefined` if it is not a time of that form. */
export function parseTimestamp(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match.map(Number);
  const at = Date.UTC(year!, month! - 1, day, hour, minute, second);
  // The 30th of February would come out as a day of March.
  return timestampText(at) === text ? at : undefined;
}

/**
 * Reads a date of a header: the three forms of RFC 9110 §5.6.7, and ISO 8601.
 *
 * @returns Epoch milliseconds; `undefined` if it is no date.
 */
export function parseHttpDate(text: string): number | undefined {
  const at = Date.parse(text.trim());
  return Number.isNaN(at) ? parseTimestamp(text.trim()) : at;
}

/** `Sun, 06 Nov 1994 08:49:37 GMT`. @param at Epoch milliseconds. */
export function httpDate(at: number): string {
  return new Date(at).toUTCString();
}

/** `2009-10-28T22:32:00.000Z`, as documents of S3 have it. @param at Epoch milliseconds. */
export function isoDate(at: number): string {
  return new Date(at).toISOString();
}
