import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { openObjectEngine } from "../../plugins/object_server/engine/open_engine.ts";
import type { Grant, ObjectEngine } from "../../plugins/object_server/object_engine.ts";
import { type ObjectServer, serveObjects, type ServeOptions } from "../../plugins/object_server/serve.ts";
import { sha256Hex } from "../../plugins/s3_protocol/hmac.ts";
import { presignQuery, type Signer, signRequest } from "../../plugins/s3_protocol/sign_request.ts";

/** Who may use a service of {@link openObjectService}. */
export interface ServicePerson {
  readonly name: string;
  readonly grants: readonly Grant[];
}

/** Writes everything. */
export const OWNER: ServicePerson = {
  name: "owner",
  grants: [{ bucket: "*", prefix: "", access: "write" }],
};

/** A server of objects in this process, over an empty directory, with a client of Amazon's for each person. */
export interface ObjectService extends AsyncDisposable {
  readonly engine: ObjectEngine;
  readonly server: ObjectServer;
  /** The port that it listens on. */
  readonly port: number;
  /** What was logged. */
  readonly logged: { readonly event: string; readonly fields: Record<string, unknown> }[];
  /** The owner's. */
  readonly client: S3Client;
  clientOf(person: ServicePerson, config?: S3ClientConfig): S3Client;
  signerOf(person: ServicePerson): Signer;
  /** Sends one request as it is, signed in its headers. */
  send(request: SignedRequest): Promise<{ status: number; headers: Headers; body: string }>;
  /** A URL signed in its query. */
  presign(method: string, path: string, query?: string, seconds?: number): string;
}

/** A request to sign; path and query are sent as they stand here. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** In place of the body's SHA-256. */
  readonly payloadHash?: string;
  readonly person?: ServicePerson;
  /** In place of the present. */
  readonly at?: number;
}

function keyOf({ name }: ServicePerson): { id: string; secret: string } {
  return { id: `KEY${name.toUpperCase()}`.padEnd(20, "0"), secret: `secret-of-${name}`.padEnd(40, "x") };
}

/** Starts a service; it ends, and its directory goes, when it is disposed of. */
export async function openObjectService(
  options: Partial<ServeOptions> & { readonly people?: readonly ServicePerson[] } = {},
): Promise<ObjectService> {
  const { people = [], ...serving } = options;
  await using opened = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "aero-object-service-" });
  opened.defer(() => Deno.remove(directory, { recursive: true }));
  const engine = opened.use(await openObjectEngine({ directory, now: () => new Date() }));
  for (const person of [OWNER, ...people]) {
    await engine.accounts.createUser(person);
    await engine.accounts.addKey({ user: person.name, ...keyOf(person) });
  }
  const logged: ObjectService["logged"] = [];
  const server = await serveObjects({
    engine,
    listen: { hostname: "127.0.0.1", port: 0 },
    now: () => new Date(),
    log: (event, fields = {}) => void logged.push({ event, fields }),
    ...serving,
  });
  opened.defer(() => server.stop(0));
  const port = Number(new URL(server.url).port);
  const host = `127.0.0.1:${port}`;
  const signerOf = (person: ServicePerson): Signer => {
    const { id, secret } = keyOf(person);
    return { accessKeyId: id, secretKey: secret, region: "us-east-1", at: Date.now() };
  };
  const clients: S3Client[] = [];
  const clientOf = (person: ServicePerson, config: S3ClientConfig = {}) => {
    const { id, secret } = keyOf(person);
    const client = new S3Client({
      endpoint: server.url,
      region: "us-east-1",
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId: id, secretAccessKey: secret },
      ...config,
    });
    clients.push(client);
    return client;
  };
  const client = clientOf(OWNER);
  opened.defer(() => clients.forEach((client) => client.destroy()));
  const stack = opened.move();
  return {
    engine,
    server,
    port,
    logged,
    client,
    clientOf,
    signerOf,
    async send({ method, path, query = "", headers = {}, body, payloadHash, person = OWNER, at }) {
      const signer = { ...signerOf(person), ...(at === undefined ? {} : { at }) };
      const head = { method, path, query, headers: [["host", host], ...Object.entries(headers)] as const };
      const signed = signRequest(head, payloadHash ?? sha256Hex(body ?? ""), signer);
      const url = `${server.url}${path}${query === "" ? "" : `?${query}`}`;
      const reply = await fetch(url, {
        method,
        headers: signed.filter(([name]) => name !== "host") as [string, string][],
        redirect: "manual",
        ...(body === undefined ? {} : { body }),
      });
      return { status: reply.status, headers: reply.headers, body: await reply.text() };
    },
    presign(method, path, query = "", seconds = 60) {
      const head = { method, path, query, headers: [["host", host]] as const };
      return `${server.url}${path}?${presignQuery(head, seconds, signerOf(OWNER))}`;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
