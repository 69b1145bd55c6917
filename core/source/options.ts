/** What long operations on a repository take. */
export interface OperationOptions {
  /** An abort comes out as the reason that went in, not wrapped. */
  readonly signal?: AbortSignal;
}
