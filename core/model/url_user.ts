/** A URL without the user and password that it may have before its host; any other text as it is. */
export function withoutUser(url: string): string {
  // A password may have an @ in it, and ends at the last one before the path.
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1");
}
