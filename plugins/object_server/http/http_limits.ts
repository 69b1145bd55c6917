/** What a client may cost: sizes in bytes, times in milliseconds. */
export interface HttpLimits {
  /** Request line and headers together. */
  readonly maxHeadBytes: number;
  /** From the first byte of a request until its headers are complete. */
  readonly headTimeoutMs: number;
  /** How long a connection may be silent between requests, and before its first. */
  readonly idleTimeoutMs: number;
  /** How long a body is waited for until {@link HttpLimits.leastBodyBytes} more of it have come, or its end. */
  readonly bodyTimeoutMs: number;
  /** Whoever sends less in that time holds up others. */
  readonly leastBodyBytes: number;
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
  // 1 KiB a second; Apache's mod_reqtimeout has 500 bytes.
  leastBodyBytes: 60 * 1024,
  writeTimeoutMs: 60_000,
  maxConnections: 4096,
};
