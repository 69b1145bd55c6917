import * as z from "zod";
import type { ServedRequests } from "../actions/serve_storage.ts";
import type { StorageServer } from "../actions/storage_server.ts";
import type { SystemdUnit } from "../actions/systemd_unit.ts";
import { requestsText, serverStatusText, serverUpText } from "../text/storage_server_text.ts";
import { defineCommand } from "./define.ts";

/** `aero storage up`. */
export const storageUp = defineCommand({
  name: ["storage", "up"],
  summary: "Serve this machine's disk as S3-compatible storage, to yourself or a group",
  description:
    "On a fresh machine it makes the data directory, strong keys and a bucket, and writes the connection into your " +
    "own config, so that `storage: { use: s3, profile: local }` works at once. Again it goes on with what is there; while it " +
    "runs, it shows the connection, and refuses flags that ask for another. " +
    "It serves until Ctrl-C. Nobody gets anything without keys. It answers on /-/healthy and, for Prometheus, " +
    "/-/metrics. For more than one machine's disk, use Ceph or S3.",
  examples: [
    { does: "Serve to this machine", run: "aero storage up" },
    { does: "In the background, until `aero storage down`", run: "aero storage up --detach" },
    { does: "Serve to a group, over TLS", run: "aero storage up --listen 0.0.0.0 --tls self-signed" },
    { does: "Share what a local storage has", run: "aero storage up --over ~/.local/share/aero/storage" },
    { does: "Keep it running for good", run: "aero storage up --systemd" },
  ],
  positionals: [],
  input: z.strictObject({
    listen: z.string().exactOptional().describe("Address and port to listen on; default: 127.0.0.1:7489"),
    data: z.string().exactOptional().describe(
      "Directory to keep everything in; default: `server` in your data directory",
    ),
    detach: z.boolean().default(false).describe("Serve in the background"),
    systemd: z.boolean().default(false).describe("Print a unit file for systemd, and start nothing"),
    tls: z.enum(["self-signed"]).exactOptional().describe("Make a certificate, and print its fingerprint"),
    tlsCert: z.string().exactOptional().describe("Certificate in PEM, with those that signed it"),
    tlsKey: z.string().exactOptional().describe("Its key in PEM"),
    insecure: z.boolean().default(false).describe("Serve other machines without TLS"),
    profile: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, { error: "a profile has letters, digits, - and _" })
      .exactOptional().describe("Name of the profile that is written into your config; default: local"),
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, {
      error: "a bucket has 3 to 63 small letters, digits, dots and dashes",
    }).exactOptional().describe("Bucket that is made if it is not there; default: aero"),
    over: z.string().exactOptional().describe(
      "Directory of a local storage, which becomes the bucket as it is",
    ),
    uploadDays: z.int().min(0).max(3650).exactOptional().describe(
      "Days after which an upload in parts that was begun and left is dropped; 0: never; default: 7",
    ),
    region: z.string().regex(/^[a-z0-9-]{1,64}$/, { error: "a region has small letters, digits and dashes" })
      .exactOptional().describe("Region that it says it is; default: us-east-1"),
  }),
  outlivesOutput: true,
  async run({ detach, systemd, ...options }, app) {
    if (systemd) {
      const { systemdUnit } = await import("../actions/systemd_unit.ts");
      return only<Shown>(await systemdUnit(app, options));
    }
    if (detach) {
      const { detachServer } = await import("../actions/detach_server.ts");
      return only<Shown>(await detachServer(app, options));
    }
    const { serveStorage } = await import("../actions/serve_storage.ts");
    return serveStorage(app, options) as AsyncIterable<Shown>;
  },
  text(item, style) {
    switch (item.type) {
      case "systemd-unit":
        return item.text;
      case "requests":
        return requestsText(item, style);
      case "storage-server":
        return item.state === "stopped" ? serverStatusText(item, style) : serverUpText(item, style);
    }
  },
  json(item) {
    return item.type === "requests"
      ? item.requests.map((request) => ({ type: "request", ...request }))
      : item;
  },
});

type Shown = StorageServer | ServedRequests | SystemdUnit;

/** One item as a stream, since the other ways of this command are streams. */
async function* only<Item>(item: Item): AsyncGenerator<Item> {
  yield await Promise.resolve(item);
}
