import type { LentBytes } from "../object_engine.ts";

/**
 * What a generator gives, each piece until the next is asked for.
 *
 * @param onEnd Called when it is closed.
 */
export function lentBytes(pieces: AsyncGenerator<Uint8Array>, onEnd: () => void = () => {}): LentBytes {
  return {
    async read() {
      const { done, value } = await pieces.next();
      return done ? undefined : value;
    },
    async close() {
      try {
        await pieces.return(undefined);
      } finally {
        onEnd();
      }
    },
  };
}
