import { NobodyThereError } from "./stalled_error.ts";
import type { SignedRequest } from "./http_handler.ts";

// A service that answers within this time costs no second connection.
const LOOK_AFTER_MS = 1000;

/**
 * Tells if nobody takes connections at the address of a request that is under way: `fetch` does not say how far it has come, and
 * a network that drops all packets would be waited for as long as a slow service. Looks once, by a connection of its own.
 *
 * @param withinMs From now on.
 * @param onNobody Called at most once, with why.
 * @returns Ends the look.
 */
export function watchConnecting(
  { protocol, hostname, port = protocol === "https:" ? 443 : 80 }: SignedRequest,
  withinMs: number,
  onNobody: (error: NobodyThereError) => void,
): Disposable {
  const over = new AbortController();
  const late = setTimeout(() => {
    over.abort();
    onNobody(new NobodyThereError(`no connection was made within ${withinMs / 1000} s`));
  }, withinMs);
  const look = setTimeout(async () => {
    try {
      const address = { hostname: hostname.replace(/^\[|\]$/g, ""), port };
      (await Deno.connect({ ...address, signal: over.signal })).close();
    } catch {
      // What is refused is refused to the request too, which tells it; and the abort is this look's own.
      if (over.signal.aborted) return;
    }
    clearTimeout(late);
  }, Math.min(LOOK_AFTER_MS, withinMs / 2));
  return {
    [Symbol.dispose]() {
      clearTimeout(late);
      clearTimeout(look);
      over.abort();
    },
  };
}
