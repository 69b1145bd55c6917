/** What a client may cost: sizes in bytes, times in milliseconds. */
export interface HttpLimits {
  /** Request line and headers together. */
  readonly maxHeadBytes: number;
  /** From the first byte of a request until its headers are complete. */
  readonly headTimeoutMs: number;
  /** How long a connection may be silent between requests, and before its first. */
  readonly idleTimeoutMs: number;
  /** How long a body may stand still while it is read. */
  readonly bodyTimeoutMs: number;
  /** How long a reply may stand still because the client does not read it. */
  readonly writeTimeoutMs: number;
  /** Connections at once; one more is told 503 and closed. */
  readonly maxConnections: number;
}

/**
 * The limits where the caller gives none.
 *
 * Heads of S3 are below 8 KB ("Amazon S3 User Guide, Object metadata"), but a presigned URL with a session token comes on top.
 */
export const HTTP_LIMITS: HttpLimits = {
  maxHeadBytes: 32 * 1024,
  headTimeoutMs: 20_000,
  idleTimeoutMs: 75_000,
  bodyTimeoutMs: 60_000,
  writeTimeoutMs: 60_000,
  maxConnections: 4096,
};
