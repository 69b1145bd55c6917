import type { App } from "../app.ts";
import { UserError } from "../errors.ts";
import type { RunningService, ServedRequest } from "../plugin/service.ts";
import type { Storage } from "../plugin/storage.ts";
import { isLoopback, type ListenAddress, listenText } from "./listen_address.ts";
import { serverThatRuns } from "./running_server.ts";
import { turnRunningLog } from "./server_log.ts";
import { assertProfileFree, profileFiles, writeServerProfile } from "./server_profile.ts";
import { portOf, type ServeOptions, settingsOf } from "./server_settings.ts";
import {
  absolutePath,
  announceServer,
  dataFlag,
  type ServerPlace,
  serverPlace,
  type StorageServer,
  storageService,
} from "./storage_server.ts";

/** Requests that were answered since the last of these. */
export interface ServedRequests {
  readonly type: "requests";
  readonly requests: readonly ServedRequest[];
  /** How many more there were than are worth a line. */
  readonly untold: number;
}

/** How long requests under way may take when the server is asked to end, in milliseconds. */
const GRACE_MS = 10_000;
/** Lines that wait to be printed; whoever sends more in one go is not read by a person. */
const MOST_LINES = 2000;
/** How long lines are gathered, in milliseconds: no person sees the difference. */
const GATHER_MS = 100;

/**
 * Serves until it is interrupted. Gives what a person has to know first, then what it answers, then that it stopped.
 * Where a server runs already as it is asked for, gives that one and ends.
 *
 * @throws {UserError} `tls_needed`, `flag_value_invalid`, `flags_conflict`, `profile_taken`, `runs_otherwise`.
 * @throws {ServiceError} `already_open`, `address_in_use`.
 */
export async function* serveStorage(
  app: App,
  options: ServeOptions,
): AsyncGenerator<StorageServer | ServedRequests> {
  const place = await serverPlace(app, options.data);
  const living = await serverThatRuns(app, options, place);
  if (living !== undefined) return yield living;
  await assertProfileFree(app, settingsOf(app, options).profile, place);
  const log = new RequestLog();
  const service = await storageService(app);
  const settings = serviceSettings(app, options, place);
  await using storage = await storageUnder(app, options, place);
  const running = await service.start(settings, {
    ...app.pluginContext(place.directory),
    served: (request) => log.add(request),
    ...(storage === undefined ? {} : { storages: [{ name: settingsOf(app, options).bucket, storage }] }),
  });
  await using _running = running;
  const server = await connect(app, { options, place, running, service });
  await using _announced = await announceServer(place, server);
  yield { ...server, foreground: true };
  const stop = () => {
    app.io.urgent?.addEventListener("abort", () => void running.stop(0), { once: true });
    return running.stop(GRACE_MS);
  };
  const ended = Promise.race([aborted(app.signal).then(stop), running.closed]).finally(() => log.end());
  // Told where it is waited for, below.
  ended.catch(() => {});
  for (let batch = await log.next(); batch !== undefined; batch = await log.next()) {
    if (!app.globals.quiet) yield batch;
    turnRunningLog(place.logFile);
  }
  await ended;
  yield { type: "storage-server", state: "stopped", directory: place.directory };
}

/** The local storage that is served as the bucket, if one is named. @throws {UserError} `directory_missing`. */
async function storageUnder(
  app: App,
  { over }: ServeOptions,
  place: ServerPlace,
): Promise<Storage | undefined> {
  if (over === undefined) return undefined;
  const path = absolutePath(app, over);
  try {
    await Deno.stat(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new UserError("directory_missing", {
      what: `Cannot serve what is in ${path}`,
      why: "there is no such directory",
      fix: ["name the directory of a local storage: `aero config show` in a project that uses it"],
    }, { cause });
  }
  const plugin = (await app.registry()).storages.find(({ name }) => name === "local");
  return await plugin?.open({ path }, app.pluginContext(place.directory));
}

/** Resolves when the signal aborts. */
function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}

/** What the service is started with. @throws {UserError} `tls_needed`, `flags_conflict`. */
export function serviceSettings(
  app: App,
  options: ServeOptions,
  place: ServerPlace,
): Record<string, unknown> {
  const { hostname, port, tls, region, bucket, uploadDays } = settingsOf(app, options);
  if (!isLoopback(hostname) && tls === undefined && !options.insecure) throw tlsNeeded({ hostname, port });
  return {
    directory: place.directory,
    hostname,
    port,
    region,
    bucket,
    "upload_days": uploadDays,
    ...(tls === undefined ? {} : { tls }),
  };
}

function tlsNeeded({ hostname, port }: ListenAddress): UserError {
  const listen = `--listen ${listenText({ hostname, port })}`;
  return new UserError("tls_needed", {
    what: `Cannot serve on ${hostname} without TLS`,
    why: "other machines reach it, and whoever is on the way could read and change what is stored",
    fix: [
      `have a certificate made: \`aero storage up ${listen} --tls self-signed\``,
      `use your own: \`aero storage up ${listen} --tls-cert FILE --tls-key FILE\``,
      `or, where something else protects the way: \`aero storage up ${listen} --insecure\``,
    ],
  });
}

/** Writes the connection into this user's config, and tells what has to be known. */
async function connect(app: App, { options, place, running, service }: {
  readonly options: ServeOptions;
  readonly place: ServerPlace;
  readonly running: RunningService;
  readonly service: Awaited<ReturnType<typeof storageService>>;
}): Promise<StorageServer> {
  const settings = settingsOf(app, options);
  const { profile } = settings;
  const { connection, certificate, url } = running;
  const own = certificate === undefined ? {} : { caFile: certificate.caFile };
  // One that a group's own authority signed has that in it; it does no harm where everybody trusts it anyway.
  const trust = typeof settings.tls === "object" ? { caFile: settings.tls.certificate } : own;
  const files = await profileFiles(app);
  const flag = await dataFlag(app, place);
  if (connection !== undefined) {
    await writeServerProfile(app, profile, { place, ...connection, ...trust });
  }
  const clients = connection === undefined
    ? undefined
    : service.clients?.(connection.options, { profile, credentialsFile: files.credentialsFile, ...own });
  return {
    type: "storage-server",
    state: "running",
    directory: place.directory,
    ...(flag === undefined ? {} : { dataFlag: flag }),
    url,
    pid: Deno.pid,
    startedAt: app.io.now().getTime(),
    profile,
    settings: { ...settings, port: portOf(url) },
    ...files,
    ...trust,
    ...(certificate === undefined ? {} : { fingerprint: certificate.fingerprint }),
    ...(connection === undefined ? {} : { use: connection.use, options: connection.options }),
    ...(clients === undefined ? {} : { clients }),
  };
}

/** Requests between the server, which does not wait, and the terminal, which takes its time. */
class RequestLog {
  #requests: ServedRequest[] = [];
  #untold = 0;
  readonly #ended = Promise.withResolvers<void>();
  #isEnded = false;
  #some = Promise.withResolvers<void>();

  add(request: ServedRequest): void {
    if (this.#requests.length < MOST_LINES) this.#requests.push(request);
    else this.#untold++;
    this.#some.resolve();
  }

  /** Nothing more will come. */
  end(): void {
    this.#isEnded = true;
    this.#ended.resolve();
  }

  /** What came since the last call; waits for some. `undefined` after the end, once all was taken. */
  async next(): Promise<ServedRequests | undefined> {
    await Promise.race([this.#some.promise, this.#ended.promise]);
    if (!this.#isEnded) await this.#pause();
    if (this.#requests.length === 0) return undefined;
    const batch = { type: "requests", requests: this.#requests, untold: this.#untold } as const;
    this.#requests = [];
    this.#untold = 0;
    this.#some = Promise.withResolvers<void>();
    return batch;
  }

  /** Printing each line by itself takes a third of the time of a busy server. */
  async #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, GATHER_MS);
    await Promise.race([promise, this.#ended.promise]);
    clearTimeout(timer);
  }
}
