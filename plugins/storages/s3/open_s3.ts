import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { UserError } from "../../../core/errors.ts";
import type { PluginContext } from "../../../core/plugin/context.ts";
import type { Storage } from "../../../core/plugin/storage.ts";
import type { S3Config } from "./config.ts";
import { credentialSource } from "./credentials.ts";
import { FetchHandler } from "./http_handler.ts";
import { AWS, COMPATIBLE, type Quirks } from "./quirks.ts";
import { S3Connection, type S3Place } from "./s3_connection.ts";
import { S3Storage } from "./s3_storage.ts";
import { trustedCertificates } from "./trust.ts";

const IDLE_SECONDS = 20;
// Before the first reply: most often nobody is there, and work goes on without.
const FIRST_REPLY_SECONDS = 10;
const CONNECT_SECONDS = 5;
const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);

/** Opens a bucket as a storage; as {@link connectS3}. */
export async function openS3(config: S3Config, context: PluginContext, quirks?: Quirks): Promise<Storage> {
  const { connection, close } = await connectS3(config, context, quirks);
  return new S3Storage(connection, close);
}

/**
 * Makes ready for requests to a bucket. Nothing is asked of the service yet.
 *
 * @param quirks Default: those of AWS, or at another endpoint those of any service.
 * @param namedBy What names the bucket: the section `storage`, or an address of data. For messages.
 * @throws {UserError} `ca_unreadable`, `key_file_unreadable`, `endpoint_has_password`.
 */
export async function connectS3(
  config: S3Config,
  context: PluginContext,
  quirks?: Quirks,
  namedBy: S3Place["namedBy"] = "storage",
): Promise<{ readonly connection: S3Connection; readonly close: () => void }> {
  const endpoint = endpointOf(config, context);
  const client = Deno.createHttpClient({
    caCerts: await trustedCertificates(config, endpoint, context),
    poolMaxIdlePerHost: 256,
    http2: false,
  });
  try {
    return open(config, context, endpoint, quirks ?? (endpoint === undefined ? AWS : COMPATIBLE), client, {
      namedBy,
      ...(config.encryption?.key_file === undefined
        ? {}
        : { customerKey: await readKey(config.encryption.key_file, context) }),
    });
  } catch (error) {
    client.close();
    throw error;
  }
}

function open(
  config: S3Config,
  context: PluginContext,
  endpoint: string | undefined,
  quirks: Quirks,
  httpClient: Deno.HttpClient,
  { namedBy, ...keys }: { readonly customerKey?: string; readonly namedBy: S3Place["namedBy"] },
): { readonly connection: S3Connection; readonly close: () => void } {
  const region = config.region ?? context.variable("AWS_REGION") ?? context.variable("AWS_DEFAULT_REGION") ??
    "us-east-1";
  const credentials = credentialSource(config, context);
  const isDirect = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].every((name) =>
    context.variable(name) === undefined
  );
  const handler = new FetchHandler({
    client: httpClient,
    idleMs: 1000 * (config.timeout_seconds ?? IDLE_SECONDS),
    firstReplyMs: 1000 * (config.timeout_seconds ?? FIRST_REPLY_SECONDS),
    // Who has a proxy need not have a way to the service but through it.
    ...(PROXIES.some((name) => context.variable(name) !== undefined) ? {} : {
      connectMs: 1000 * Math.max(CONNECT_SECONDS, config.timeout_seconds ?? 0),
    }),
    isDirect,
    onReply: ({ method, path }, status, ms) =>
      context.log("s3.request", { method, path, status: status ?? "none", ms: Math.round(ms) }),
  });
  const client = new S3Client({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    forcePathStyle: config.path_style ?? quirks.addressing === "path",
    credentials: credentials.provide,
    // The SDK's own types of signals and replies are those of Node.
    requestHandler: handler as unknown as NonNullable<S3ClientConfig["requestHandler"]>,
    // What is tried again is decided above, and by parts.
    maxAttempts: 1,
    // The signature covers the SHA-256 of each body, which every service checks; checksums of other kinds are checked by
    // some, and radosgw 16.2 refuses them behind a body.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  // The SDK would mend a wrong clock from the second request on, so that only the first one would fail.
  Object.defineProperty(client.config, "systemClockOffset", { get: () => 0, set() {} });
  const root = config.prefix === undefined ? "" : `${config.prefix.replace(/\/$/, "")}/`;
  const place: S3Place = {
    client,
    bucket: config.bucket,
    root,
    location: `${endpoint === undefined ? "s3:/" : endpoint}/${config.bucket}${
      root && `/${root.slice(0, -1)}`
    }`,
    service: endpoint ?? "Amazon S3",
    region,
    keysFrom: credentials.from,
    keysFix: credentials.fix,
    namedBy,
    quirks,
    sharesMemory: isDirect && endpoint?.startsWith("http:") === true,
    payer: config.requester_pays ? { RequestPayer: "requester" } : {},
    encryption: encryptionOf(config),
    customerKey: keys.customerKey === undefined
      ? {}
      : { SSECustomerAlgorithm: "AES256", SSECustomerKey: keys.customerKey },
  };
  const close = () => {
    client.destroy();
    httpClient.close();
  };
  return { connection: new S3Connection(place, context), close };
}

function endpointOf(config: S3Config, { variable }: PluginContext): string | undefined {
  const text = config.endpoint ?? variable("AWS_ENDPOINT_URL_S3") ?? variable("AWS_ENDPOINT_URL");
  if (text === undefined) return undefined;
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    throw new UserError("endpoint_has_password", {
      what: "Cannot use the endpoint of the storage",
      why: "a name or password stands in it",
      fix: ["keep access keys in ~/.aws/credentials, or in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"],
    });
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

function encryptionOf({ encryption }: S3Config): S3Place["encryption"] {
  if (encryption === undefined || encryption.use === "customer") return {};
  return {
    ServerSideEncryption: encryption.use,
    ...(encryption.key === undefined ? {} : { SSEKMSKeyId: encryption.key }),
  };
}

async function readKey(path: string, { variable }: PluginContext): Promise<string> {
  const what = "Cannot read the key that storage.encryption.key_file names";
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path.replace(/^~(?=\/)/, variable("HOME") ?? "~"));
  } catch (cause) {
    throw new UserError("key_file_unreadable", { what, why: (cause as Error).message }, { cause });
  }
  if (bytes.length === 32) return bytes.toBase64();
  throw new UserError("key_file_unreadable", {
    what,
    why: `it has ${bytes.length} bytes, and AES-256 takes 32`,
  });
}
