/** What a signature is made of: a request as it was sent, before anything decoded or normalised it. */
export interface RequestHead {
  /** Upper case. */
  readonly method: string;
  /** As in the request line, with its percent signs, from the first `/` to before `?`. */
  readonly path: string;
  /** As in the request line, after `?`; "" without one. */
  readonly query: string;
  /** In the order of sending; a name may come more than once, in any case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** All values of a header, joined by a comma as a signature has them; `undefined` without one. */
export function headerOf(head: RequestHead, name: string): string | undefined {
  const values = head.headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(",");
}
