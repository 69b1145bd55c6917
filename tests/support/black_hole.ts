/** An address of this machine at which packets are dropped: nobody takes the connections that wait there. */
export interface BlackHole extends AsyncDisposable {
  readonly port: number;
}

// On loopback a connection takes no time, if it comes about at all.
const PATIENCE_MS = 250;

/** Opens one: a listener that accepts nothing, with as many connections as the system lets wait. */
export async function openBlackHole(): Promise<BlackHole> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const waiting: Deno.TcpConn[] = [];
  for (;;) {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), PATIENCE_MS);
    try {
      waiting.push(await Deno.connect({ hostname: "127.0.0.1", port, signal: late.signal }));
    } catch (error) {
      if (!late.signal.aborted) throw error;
      break;
    } finally {
      clearTimeout(timer);
    }
  }
  return {
    port,
    [Symbol.asyncDispose]() {
      for (const connection of waiting) connection.close();
      listener.close();
      return Promise.resolve();
    },
  };
}
