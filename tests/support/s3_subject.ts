import type { PluginContext } from "../../core/plugin/context.ts";
import type { StorageSubject } from "../../core/plugin/conformance/storage.ts";
import type { RegisteredStorage } from "../../core/plugin/registry.ts";
import type { Storage } from "../../core/plugin/storage.ts";

/** A service that speaks S3, and how to get into it. */
export interface S3Service {
  /** Certificate to trust, in a file. */
  readonly caFile?: string;
  readonly endpoint: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secret: string;
}

/** A service that variables name: `<prefix>_ENDPOINT`, `_REGION`, `_ACCESS_KEY`, `_SECRET`. */
export function serviceFromVariables(prefix: string): Promise<S3Service> {
  const read = (name: string) => {
    const value = Deno.env.get(`${prefix}_${name}`);
    if (value === undefined) {
      throw new Error(`${prefix}_${name} is not set; \`deno task services up\` tells it`);
    }
    return value;
  };
  return Promise.resolve({
    endpoint: read("ENDPOINT"),
    region: read("REGION"),
    accessKey: read("ACCESS_KEY"),
    secret: read("SECRET"),
  });
}

/** A context whose variables are the keys of a service and nothing else. */
export function s3Context(
  service: S3Service,
  log: PluginContext["log"] = () => {},
  variables: Readonly<Record<string, string>> = {},
): PluginContext {
  const all: Readonly<Record<string, string>> = {
    AWS_ACCESS_KEY_ID: service.accessKey,
    AWS_SECRET_ACCESS_KEY: service.secret,
    ...variables,
  };
  return {
    signal: new AbortController().signal,
    now: () => new Date(),
    variable: (name) => all[name],
    log,
    dataDirectory: "/nowhere",
  };
}

/** A bucket of a test's own; deleted with all that is in it. */
export async function freshBucket(
  service: S3Service,
  options: { readonly versioned?: boolean } = {},
): Promise<{ readonly name: string } & AsyncDisposable> {
  const { emptyBucket, makeBucket } = await import("./s3_buckets.ts");
  const name = `aero-${crypto.randomUUID()}`;
  await makeBucket(service, name, options.versioned ?? false);
  return { name, [Symbol.asyncDispose]: () => emptyBucket(service, name) };
}

/** A storage of a plugin over a bucket of its own, as the contract's clauses want it. */
export async function s3Subject(
  plugin: RegisteredStorage,
  service: S3Service,
  options: { readonly versioned?: boolean; readonly config?: Readonly<Record<string, unknown>> } = {},
): Promise<StorageSubject & AsyncDisposable> {
  const bucket = await freshBucket(service, options);
  const logged: string[] = [];
  const log: PluginContext["log"] = (event, fields) => logged.push(event, JSON.stringify(fields));
  const config = {
    endpoint: service.endpoint,
    region: service.region,
    bucket: bucket.name,
    ...options.config,
  };
  const open = (variables = {}, other = {}): Promise<Storage> =>
    plugin.open({ ...config, ...other }, s3Context(service, log, variables));
  const storage = await open();
  return {
    storage,
    prefix: "conformance",
    reopen: () => open(),
    denied: () => open({ AWS_SECRET_ACCESS_KEY: `${service.secret}-wrong` }),
    unavailable: () => open({}, { endpoint: `http://127.0.0.1:${closedPort()}` }),
    secrets: [service.secret, service.accessKey],
    logged: () => logged.join("\n"),
    [Symbol.asyncDispose]: async () => {
      await storage[Symbol.asyncDispose]();
      await bucket[Symbol.asyncDispose]();
    },
  };
}

/** A port at which nothing listens. */
function closedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}
