/** A service did not answer, or stopped in the middle of it. */
export class StalledError extends Error {
  override readonly name = "StalledError";
}

/** Nobody took a connection at the service's address, and nobody refused it. */
export class NobodyThereError extends StalledError {}
