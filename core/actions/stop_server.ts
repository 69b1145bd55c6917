import type { App } from "../app.ts";
import { OutsideError } from "../errors.ts";
import { livingServer, serverPlace, type StorageServer, storageService } from "./storage_server.ts";

/** How long a server may take to finish what it is about, in milliseconds; a little more than it gives itself. */
const PATIENCE_MS = 20_000;
const LOOK_MS = 50;

/** Whether the server of this user runs, and answers. */
export async function serverStatus(app: App, data: string | undefined): Promise<StorageServer> {
  const place = await serverPlace(app, data);
  const living = livingServer(place);
  if (living === undefined) return { type: "storage-server", state: "stopped", directory: place.directory };
  const service = await storageService(app);
  const answers = await service.answers(living.url, {
    signal: app.signal,
    ...(living.caFile === undefined ? {} : { caFile: living.caFile }),
  });
  return { ...living, state: answers ? "running" : "silent" };
}

/**
 * Stops the server, and waits until it has. One that does not run is stopped already.
 *
 * @throws {OutsideError} `server_not_stopped`.
 */
export async function stopServer(app: App, data: string | undefined): Promise<StorageServer> {
  const place = await serverPlace(app, data);
  const living = livingServer(place);
  const stopped = { type: "storage-server", state: "stopped", directory: place.directory } as const;
  if (living === undefined) {
    app.printer.note("It was not running.");
    return stopped;
  }
  Deno.kill(living.pid, "SIGTERM");
  const until = app.io.now().getTime() + PATIENCE_MS;
  while (livingServer(place)?.pid === living.pid) {
    app.signal.throwIfAborted();
    if (app.io.now().getTime() > until) {
      throw new OutsideError("server_not_stopped", {
        what: `Cannot stop the storage server, process ${living.pid}`,
        why: `it still runs ${PATIENCE_MS / 1000} seconds after it was asked to end`,
        fix: [`end it at once; nothing that it acknowledged is lost: \`kill -9 ${living.pid}\``],
      });
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return stopped;
}
