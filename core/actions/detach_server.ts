import type { App } from "../app.ts";
import { OutsideError } from "../errors.ts";
import { selfCommand } from "./self_command.ts";
import { listenText } from "./listen_address.ts";
import { serverThatRuns } from "./running_server.ts";
import { serviceSettings } from "./serve_storage.ts";
import { turnLog } from "./server_log.ts";
import { assertProfileFree } from "./server_profile.ts";
import { type ServeOptions, settingsOf } from "./server_settings.ts";
import { livingServer, type ServerPlace, serverPlace, type StorageServer } from "./storage_server.ts";

/**
 * How long a server may take until it serves, in milliseconds: it looks through its database, which takes 9 seconds for a million
 * objects after a boot, and after a crash through what was left behind.
 */
const PATIENCE_MS = 600_000;
const LOOK_MS = 50;

/**
 * Starts the server as a process of its own, which outlives this one, and waits until it serves. Where one runs already
 * as it is asked for, gives that one.
 *
 * @throws {UserError} As `serveStorage`.
 * @throws {OutsideError} `server_not_started` with what it said.
 */
export async function detachServer(app: App, options: ServeOptions): Promise<StorageServer> {
  const place = await serverPlace(app, options.data);
  const living = await serverThatRuns(app, options, place);
  if (living !== undefined) return living;
  // What is wrong with the flags is told here, not in a log.
  serviceSettings(app, options, place);
  await assertProfileFree(app, settingsOf(app, options).profile, place);
  await Deno.mkdir(place.directory, { recursive: true, mode: 0o700 });
  await turnLog(place.logFile);
  // A log that cannot be written is told here: the shell below has nowhere to say it.
  (await Deno.open(place.logFile, { append: true, create: true, mode: 0o600 })).close();
  const said = await sizeOf(place.logFile);
  const child = new Deno.Command("sh", {
    // The log's name goes in as $0, so that nothing of it is read by the shell.
    args: [
      "-c",
      'umask 077; exec "$@" >>"$0" 2>&1 </dev/null',
      place.logFile,
      ...selfCommand(app.variables),
      ...upWords(app, options, place),
    ],
    cwd: "/",
    detached: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let ended = false;
  const end = child.status.then(() => ended = true);
  const until = app.io.now().getTime() + PATIENCE_MS;
  while (!ended && app.io.now().getTime() < until && !app.signal.aborted) {
    const server = livingServer(place);
    if (server?.pid === child.pid) {
      child.unref();
      return { ...server, logFile: place.logFile };
    }
    await Promise.race([end, new Promise((resolve) => setTimeout(resolve, LOOK_MS))]);
  }
  if (!ended) child.kill("SIGTERM");
  await end;
  app.signal.throwIfAborted();
  const { why, hints } = await saidAfter(place.logFile, said);
  throw new OutsideError("server_not_started", {
    what: "Cannot start the storage server in the background",
    why: why || "it ended without a word",
    fix: [...hints, `read its log: \`tail ${place.logFile}\``],
  });
}

/** The words after the program's name that start the same server in the foreground. */
export function upWords(app: App, options: ServeOptions, place: ServerPlace): string[] {
  const { hostname, port, tls, ...settings } = settingsOf(app, options);
  const { profile, bucket, region, uploadDays, over } = settings;
  return [
    ...["storage", "up"],
    ...["--listen", listenText({ hostname, port })],
    ...["--data", place.directory],
    ...["--profile", profile],
    ...["--bucket", bucket],
    ...["--region", region],
    ...["--upload-days", String(uploadDays)],
    ...(tls === "self-signed" ? ["--tls", tls] : []),
    ...(typeof tls === "object" ? ["--tls-cert", tls.certificate, "--tls-key", tls.key] : []),
    ...(options.insecure ? ["--insecure"] : []),
    ...(over === undefined ? [] : ["--over", over]),
  ];
}

async function sizeOf(path: string): Promise<number> {
  return (await Deno.stat(path).catch(() => undefined))?.size ?? 0;
}

/** What the server wrote last after `from`, the hints apart. */
async function saidAfter(path: string, from: number): Promise<{ why: string; hints: readonly string[] }> {
  const bytes = await Deno.readFile(path).catch(() => new Uint8Array());
  // Of several that are started at once each says the same here.
  const lines = [...new Set(new TextDecoder().decode(bytes.subarray(from)).split("\n"))]
    .filter((line) => line.trim() !== "");
  const isHint = (line: string) => line.startsWith("hint: ");
  return {
    why: lines.filter((line) => !isHint(line)).slice(-4).map((line) => line.replace(/^(error|cause): /, ""))
      .join(": "),
    hints: lines.filter(isHint).slice(-4).map((line) => line.replace("hint: ", "")),
  };
}
