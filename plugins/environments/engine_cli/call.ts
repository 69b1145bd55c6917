/** The command line of one engine, as found on this machine. */
export interface EngineCommand {
  /** Absolute path of the program. */
  readonly path: string;
  /** Variables set for every call, beside those that aero itself has. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What a short call said. */
export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a call is made. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** For this call only; never seen on a command line. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly stdin?: "null" | "piped" | "inherit";
  readonly stdout?: "piped" | "inherit";
  readonly stderr?: "piped" | "inherit";
  /** Keeps the terminal's Ctrl-C from the engine's command; aero passes it on in its own way. Default true. */
  readonly detached?: boolean;
  /** Where the command runs. Default `/`: a relative path in extra flags never means the caller's own directory. */
  readonly directory?: string;
}

/** Starts the engine's command. */
export function spawn(
  engine: EngineCommand,
  args: readonly string[],
  options: CallOptions = {},
): Deno.ChildProcess {
  return new Deno.Command(engine.path, {
    args: [...args],
    cwd: options.directory ?? "/",
    env: { ...engine.variables, ...options.secrets },
    stdin: options.stdin ?? "null",
    stdout: options.stdout ?? "piped",
    stderr: options.stderr ?? "piped",
    detached: options.detached ?? true,
  }).spawn();
}

/**
 * Makes a short call and waits for its end.
 *
 * An abort ends the command and comes out as the reason that went in.
 */
export async function ask(
  engine: EngineCommand,
  args: readonly string[],
  options: CallOptions = {},
): Promise<Answer> {
  options.signal?.throwIfAborted();
  const child = spawn(engine, args, options);
  using _stop = stopOnAbort(child, options.signal);
  const { code, stdout, stderr } = await child.output();
  options.signal?.throwIfAborted();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** Ends the command when `signal` aborts: with SIGTERM, so that it can tidy up. */
export function stopOnAbort(child: Deno.ChildProcess, signal: AbortSignal | undefined): Disposable {
  const stop = () => endProcess(child, "SIGTERM");
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop, { once: true });
  return { [Symbol.dispose]: () => signal?.removeEventListener("abort", stop) };
}

/** Sends a signal; a process that has ended already is fine. */
export function endProcess(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) && !(error instanceof TypeError)) throw error;
  }
}
