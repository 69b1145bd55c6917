/** A stream that takes text or bytes; keeps their order. */
export interface Sink {
  write(data: string | Uint8Array): void;
  /**
   * Resolves once all that was written has left.
   * @throws {Deno.errors.BrokenPipe} if the reader has gone.
   */
  flush(): Promise<void>;
}

/** All of the world that a command may touch besides files: tests give their own. */
export interface Io {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly stdin: ReadableStream<Uint8Array>;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  readonly stdinIsTerminal: boolean;
  /** Width of the terminal in cells; a guess where there is none. */
  readonly columns: number;
  /** The environment's variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path. */
  readonly cwd: string;
  /** Aborts on the first interrupt. */
  readonly signal: AbortSignal;
  /** Aborts on the second. */
  readonly urgent?: AbortSignal;
  readonly now: () => Date;
}
