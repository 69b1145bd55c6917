import { ConnectionLost } from "./http_fault.ts";

/** What a server needs of a socket; `Deno.TcpConn` and `Deno.TlsConn` have it. */
export interface Socket {
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
}

/**
 * A socket whose reads and writes end when a deadline passes.
 *
 * Deadlines are looked at by {@link check}, which one timer calls for all connections, so no operation costs a timer.
 * At most one read and one write at a time.
 */
export class TimedConnection {
  readonly #socket: Socket;
  readonly #now: () => number;
  #closed = false;
  #readDeadline = Infinity;
  #writeDeadline = Infinity;
  #failRead: ((reason: ConnectionLost) => void) | undefined;

  /** @param now Milliseconds, of any beginning; may be coarse. */
  constructor(socket: Socket, now: () => number) {
    this.#socket = socket;
    this.#now = now;
  }

  /** Whether {@link close} was called. */
  get closed(): boolean {
    return this.#closed;
  }

  /** From now on a read may take this long; the time goes on over several reads until it is set again. */
  allowRead(ms: number): void {
    this.#readDeadline = this.#now() + ms;
  }

  /** From now on a write may take this long. */
  allowWrite(ms: number): void {
    this.#writeDeadline = this.#now() + ms;
  }

  /** @throws {ConnectionLost} After a timeout the read may still write to `into`. */
  read(into: Uint8Array): Promise<number | null> {
    return new Promise((resolve, reject) => {
      this.#failRead = reject;
      this.#socket.read(into).then((count) => {
        this.#failRead = undefined;
        resolve(count);
      }, (cause) => reject(new ConnectionLost("the connection broke", { cause })));
    });
  }

  /** Writes all of `bytes`. @throws {ConnectionLost} */
  async writeAll(bytes: Uint8Array, timeoutMs: number): Promise<void> {
    try {
      for (let sent = 0; sent < bytes.length;) {
        this.allowWrite(timeoutMs);
        sent += await this.#socket.write(sent === 0 ? bytes : bytes.subarray(sent));
      }
    } catch (cause) {
      throw new ConnectionLost("the connection broke", { cause });
    } finally {
      this.#writeDeadline = Infinity;
    }
  }

  /** Ends what has waited for too long: a read is rejected, a write closes the connection. */
  check(): void {
    const now = this.#now();
    if (now >= this.#writeDeadline) this.close();
    if (now >= this.#readDeadline && this.#failRead !== undefined) {
      const fail = this.#failRead;
      this.#failRead = undefined;
      fail(new ConnectionLost("the client stands still", { timedOut: true }));
    }
  }

  /** Rejects a read under way, as if its time were over. */
  endRead(): void {
    this.#failRead?.(new ConnectionLost("the server ends"));
    this.#failRead = undefined;
  }

  /** Says that nothing more will be written. */
  async closeWrite(): Promise<void> {
    await this.#socket.closeWrite().catch(() => {});
  }

  /** Ends the connection; again is the same as once. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }
}
