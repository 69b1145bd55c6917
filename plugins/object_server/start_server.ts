import { UserError } from "../../core/errors.ts";
import { type RunningService, type ServiceContext, ServiceError } from "../../core/plugin/service.ts";
import { dropAbandonedUploads } from "./abandoned_uploads.ts";
import { ownCertificate, type ServerCertificate } from "./certificate.ts";
import { engineDirectory, type ObjectServerConfig } from "./config.ts";
import { openObjectEngine } from "./engine/open_engine.ts";
import { isEngineError } from "./engine/engine_error.ts";
import type { ObjectEngine } from "./object_engine.ts";
import { type ObjectServer, serveObjects } from "./serve.ts";
import { ADMINISTRATOR, administratorKey, credentialsOf } from "./server_accounts.ts";
import { certifiedName, reachableName, serverNames } from "./server_names.ts";
import { servedRequest } from "./served_request.ts";

/**
 * Opens the data, makes what is not there yet, and serves it.
 *
 * @throws {ServiceError} `already_open`, `address_in_use`.
 * @throws {UserError} `address_unusable`, `certificate_unusable`.
 */
export async function startServer(
  config: ObjectServerConfig,
  context: ServiceContext,
): Promise<RunningService> {
  const { hostname, port, region, bucket } = config;
  await makeDirectory(config.directory);
  const certificate = await certificateOf(config, context);
  await using opened = new AsyncDisposableStack();
  const engine = opened.use(await openEngine(config, context));
  const key = await administratorKey(engine.accounts);
  await ensureBucket(engine, bucket);
  const server = opened.use(
    await listen(config, () =>
      serveObjects({
        engine,
        listen: { hostname, port },
        ...(certificate === undefined ? {} : { tls: certificate }),
        region,
        now: context.now,
        log: (event, fields) => {
          if (event === "request") context.served(servedRequest(fields ?? {}, context.now().getTime()));
          else context.log(event, fields);
        },
      })),
  );
  opened.use(
    dropAbandonedUploads({ engine, idleDays: config.upload_days, now: context.now, log: context.log }),
  );
  const url = urlOf(server, hostname, certificate?.cert);
  const stack = opened.move();
  let stopping: Promise<void> | undefined;
  const stop = (graceMs: number) => {
    // A second call may be less patient than the first.
    const stopped = server.stop(graceMs);
    return stopping ??= stopped.then(() => stack.disposeAsync());
  };
  return {
    url,
    closed: server.closed,
    connection: {
      use: "s3",
      options: { endpoint: url, region, bucket },
      credentials: credentialsOf(key.id, key.secret),
    },
    ...(certificate !== undefined && "own" in certificate ? { certificate: certificate.own } : {}),
    stop,
    [Symbol.asyncDispose]: () => stop(0),
  };
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new UserError("directory_unusable", {
      what: `Cannot make the directory ${path}`,
      why: cause.message,
      fix: ["name one that can be written: `aero storage up --data DIR`"],
    }, { cause });
  }
}

async function openEngine(config: ObjectServerConfig, context: ServiceContext): Promise<ObjectEngine> {
  try {
    return await openObjectEngine({
      directory: engineDirectory(config),
      now: context.now,
      storages: (context.storages ?? []).map((storage) => ({ ...storage, owner: ADMINISTRATOR })),
    });
  } catch (cause) {
    if (isEngineError(cause, "bucket_exists")) {
      throw new UserError("bucket_taken", {
        what: `Cannot serve a storage as the bucket ${JSON.stringify(config.bucket)}`,
        why: "the server has a bucket of this name, with objects of its own",
        fix: ["choose another name: `--bucket NAME`", "or another directory for the server: `--data DIR`"],
      }, { cause });
    }
    if (!isEngineError(cause, "unavailable")) throw cause;
    throw new ServiceError("already_open", {
      ...cause.report,
      what: `Cannot serve ${config.directory}`,
    }, { cause });
  }
}

async function ensureBucket({ buckets }: ObjectEngine, name: string): Promise<void> {
  try {
    await buckets.create({ name, owner: ADMINISTRATOR, objectLock: false });
  } catch (error) {
    if (!isEngineError(error, "bucket_exists")) throw error;
  }
}

async function certificateOf(
  { tls, directory, hostname }: ObjectServerConfig,
  context: ServiceContext,
): Promise<ServerCertificate | { readonly cert: string; readonly key: string } | undefined> {
  if (tls === undefined) return undefined;
  if (tls === "self-signed") {
    return await ownCertificate(`${directory}/tls`, serverNames(hostname), context.now().getTime());
  }
  return { cert: await readPem(tls.certificate), key: await readPem(tls.key) };
}

async function readPem(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new UserError("certificate_unusable", {
      what: `Cannot read ${path}`,
      why: cause instanceof Deno.errors.NotFound ? "there is no such file" : cause.message,
      fix: ["name files in PEM: `--tls-cert FILE --tls-key FILE`", "or have one made: `--tls self-signed`"],
    }, { cause });
  }
}

async function listen(
  { hostname, port, tls }: ObjectServerConfig,
  start: () => Promise<ObjectServer>,
): Promise<ObjectServer> {
  try {
    return await start();
  } catch (cause) {
    const what = `Cannot listen on ${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
    if (cause instanceof Deno.errors.AddrInUse) {
      throw new ServiceError("address_in_use", {
        what,
        why: "another program listens there",
        fix: [
          "choose another port: `--listen ADDRESS:PORT`",
          "stop the other, if it is aero's: `aero storage down`",
        ],
      }, { cause });
    }
    if (cause instanceof Deno.errors.InvalidData && tls !== undefined) {
      throw new UserError("certificate_unusable", {
        what: "Cannot use the certificate and key",
        why: cause.message,
        fix: ["name files in PEM that belong together: `--tls-cert FILE --tls-key FILE`"],
      }, { cause });
    }
    if (cause instanceof Deno.errors.AddrNotAvailable || cause instanceof Deno.errors.PermissionDenied) {
      throw new UserError("address_unusable", {
        what,
        why: cause instanceof Deno.errors.PermissionDenied
          ? "this user may not listen on that port"
          : "this machine has no such address",
        fix: ["name an address of this machine and a port above 1023: `--listen ADDRESS:PORT`"],
      }, { cause });
    }
    // The system's resolver has no class of error of its own.
    if (cause instanceof Error && /failed to lookup address/.test(cause.message)) {
      throw new UserError("address_unusable", {
        what,
        why: "this machine knows no such name",
        fix: ["name an address of this machine: `--listen ADDRESS:PORT`"],
      }, { cause });
    }
    throw cause;
  }
}

/** Where clients find it: an address that means all of them is none that can be connected to. */
function urlOf(server: ObjectServer, hostname: string, cert: string | undefined): string {
  const url = new URL(server.url);
  const reachable = reachableName(hostname);
  const name = cert === undefined ? reachable : certifiedName(cert, reachable);
  url.hostname = name.includes(":") ? `[${name}]` : name;
  return url.href.replace(/\/$/, "");
}
