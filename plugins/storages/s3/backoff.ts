/** A wait before attempt `attempt` + 1, in milliseconds: doubles from 200, and between half and the whole of that. */
export function backoffMs(attempt: number): number {
  return Math.min(10_000, 200 * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
}
