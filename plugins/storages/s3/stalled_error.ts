/** A service did not answer, or stopped in the middle of it. */
export class StalledError extends Error {
  override readonly name = "StalledError";
}
