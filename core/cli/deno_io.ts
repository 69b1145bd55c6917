import { saysFull } from "./error_text.ts";
import type { Io, Sink } from "./io.ts";

/** The streams, terminal and clock of this process. */
export function denoIo(
  env: Readonly<Record<string, string>>,
  { signal, urgent }: Required<Pick<Io, "signal" | "urgent">>,
): Io {
  const stderrIsTerminal = Deno.stderr.isTerminal(), stdoutIsTerminal = Deno.stdout.isTerminal();
  return {
    stdout: sinkOf(Deno.stdout),
    stderr: sinkOf(Deno.stderr),
    get stdin() {
      return Deno.stdin.readable;
    },
    stdoutIsTerminal,
    stderrIsTerminal,
    stdinIsTerminal: Deno.stdin.isTerminal(),
    columns: columns(env, stdoutIsTerminal || stderrIsTerminal),
    env,
    cwd: Deno.cwd(),
    signal,
    urgent,
    now: () => new Date(),
  };
}

function columns(env: Readonly<Record<string, string>>, isTerminal: boolean): number {
  const asked = Number(env.COLUMNS);
  if (Number.isInteger(asked) && asked > 0) return asked;
  try {
    // A terminal of no known size says 0.
    return (isTerminal ? Deno.consoleSize().columns : 0) || 80;
  } catch {
    return 80;
  }
}

interface Writable {
  write(bytes: Uint8Array): Promise<number>;
}

/**
 * A sink that writes in the background, in order: whoever writes is never held up by a slow reader, and may wait by
 * `flush` where much is written.
 */
export function sinkOf(stream: Writable): Sink {
  const encoder = new TextEncoder();
  let waiting: Uint8Array[] = [];
  let writing: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;

  const drain = async () => {
    // A turn of the event loop's queue lets what is written in one go leave in one go.
    await Promise.resolve();
    while (waiting.length > 0 && failure === undefined) {
      const batch = joined(waiting);
      waiting = [];
      for (let at = 0; at < batch.length;) at += await stream.write(batch.subarray(at));
    }
  };
  const start = () => {
    writing ??= drain().catch((error) => void (failure = { error })).finally(() => {
      writing = undefined;
      // Something may have come after the last look and before this.
      if (waiting.length > 0 && failure === undefined) start();
    });
  };
  return {
    write(data) {
      if (failure !== undefined || data.length === 0) return;
      waiting.push(typeof data === "string" ? encoder.encode(data) : data.slice());
      start();
    },
    async flush() {
      while (writing !== undefined) await writing;
      if (failure === undefined) return;
      const { error } = failure;
      // Room can come back, and what is written then is written. A reader that is gone does not.
      if (saysFull(error)) failure = undefined;
      throw error;
    },
  };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
