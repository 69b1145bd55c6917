import { objectServer } from "../../plugins/object_server/mod.ts";
import type { S3Service } from "./s3_subject.ts";

/**
 * aero's own server of objects in a temporary directory, at a free port.
 *
 * @param options.now Its clock.
 */
export async function ownServer(
  { tls, now = () => new Date() }: { readonly tls: boolean; readonly now?: () => Date },
): Promise<S3Service & { readonly caFile?: string } & AsyncDisposable> {
  const directory = await Deno.makeTempDir();
  const server = await objectServer.start({ directory, port: 0, ...(tls ? { tls: "self-signed" } : {}) }, {
    signal: new AbortController().signal,
    now,
    variable: () => undefined,
    log: () => {},
    dataDirectory: directory,
    served: () => {},
  });
  const { connection, certificate, url } = server;
  if (connection === undefined) throw new TypeError("The server is there to store");
  const secretOf = (name: string) => connection.credentials[name]!.reveal();
  return {
    endpoint: url,
    region: connection.options["region"]!,
    accessKey: secretOf("aws_access_key_id"),
    secret: secretOf("aws_secret_access_key"),
    ...(certificate === undefined ? {} : { caFile: certificate.caFile }),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
}
