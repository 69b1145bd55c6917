import type { Io, Sink } from "../../core/cli/io.ts";

/** What a test wants of the world. */
export interface MemoryIoOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly terminal?: boolean;
  readonly columns?: number;
  readonly signal?: AbortSignal;
  readonly now?: () => Date;
}

/** An io that keeps what is written; `out` and `err` give it as text. */
export interface MemoryIo extends Io {
  out(): string;
  err(): string;
}

/** Makes a world for one command, apart from that of the process. */
export function memoryIo(options: MemoryIoOptions = {}): MemoryIo {
  const out: Uint8Array[] = [], err: Uint8Array[] = [];
  const terminal = options.terminal ?? false;
  return {
    stdout: sink(out),
    stderr: sink(err),
    stdin: new Blob([]).stream(),
    stdoutIsTerminal: terminal,
    stderrIsTerminal: terminal,
    stdinIsTerminal: terminal,
    columns: options.columns ?? 80,
    env: options.env ?? {},
    cwd: options.cwd ?? "/",
    signal: options.signal ?? new AbortController().signal,
    now: options.now ?? (() => new Date()),
    out: () => text(out),
    err: () => text(err),
  };
}

function sink(parts: Uint8Array[]): Sink {
  return {
    write: (data) =>
      void parts.push(typeof data === "string" ? new TextEncoder().encode(data) : data.slice()),
    flush: () => Promise.resolve(),
  };
}

function text(parts: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  return parts.map((part) => decoder.decode(part, { stream: true })).join("") + decoder.decode();
}
