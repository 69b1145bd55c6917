/**
 * Stands between a client and a server of any protocol: passes everything on, keeps what clients sent, and can be
 * shut, so that the server seems to be away.
 */
export class TcpGate implements AsyncDisposable {
  readonly port: number;
  /** Where it leads; may change while it is shut. */
  target: Deno.ConnectOptions;
  readonly #open = new Set<Deno.TcpConn>();
  readonly #sent: Uint8Array[] = [];
  readonly #serving = new Set<Promise<void>>();
  readonly #listener: Deno.TcpListener;
  readonly #accepting: Promise<void>;
  #isShut = false;

  constructor(target: Deno.ConnectOptions) {
    this.target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = this.#listener.addr.port;
    this.#accepting = this.#accept();
  }

  /** All that clients sent so far, as far as it is text. */
  get sent(): string {
    const decoder = new TextDecoder();
    return this.#sent.map((bytes) => decoder.decode(bytes)).join("");
  }

  /** Lets nobody through, and ends the connections that are open. The port stays its own: another could take it. */
  async shut(): Promise<void> {
    this.#isShut = true;
    for (const connection of this.#open) close(connection);
    await Promise.all(this.#serving);
  }

  /** Opens again. */
  reopen(): void {
    this.#isShut = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    await this.shut();
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      if (this.#isShut) {
        close(client);
        continue;
      }
      const served = this.#serve(client).finally(() => this.#serving.delete(served));
      this.#serving.add(served);
    }
  }

  async #serve(client: Deno.TcpConn): Promise<void> {
    this.#open.add(client);
    let server: Deno.TcpConn | undefined;
    try {
      server = await Deno.connect(this.target);
      this.#open.add(server);
      if (this.#isShut) return;
      for (const connection of [client, server]) connection.setNoDelay(true);
      await Promise.all([this.#pass(client, server, true), this.#pass(server, client, false)]);
    } catch {
      // Either side went away.
    } finally {
      for (const connection of [client, server]) {
        if (connection === undefined) continue;
        this.#open.delete(connection);
        close(connection);
      }
    }
  }

  async #pass(from: Deno.TcpConn, to: Deno.TcpConn, keep: boolean): Promise<void> {
    const buffer = new Uint8Array(65536);
    try {
      for (let count; (count = await from.read(buffer)) !== null;) {
        if (keep) this.#sent.push(buffer.slice(0, count));
        for (let done = 0; done < count;) done += await to.write(buffer.subarray(done, count));
      }
    } finally {
      // What one side ended, the other is not left waiting for.
      close(from);
      close(to);
    }
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed.
  }
}
