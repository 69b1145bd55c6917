import * as z from "zod";

/** What the server is started with. */
export const CONFIG = z.strictObject({
  directory: z.string().startsWith("/").describe("Where everything is kept; made if it is not there"),
  hostname: z.string().default("127.0.0.1").describe("Address to listen on"),
  port: z.int().min(0).max(65_535).default(7489).describe("Port; 0 takes a free one"),
  region: z.string().default("us-east-1").describe(
    "What the server says it is; signatures for others are taken too",
  ),
  bucket: z.string().default("aero").describe("A bucket that is made if it is not there"),
  upload_days: z.int().min(0).max(3650).default(7).describe(
    "Days without a part after which an upload that was begun is dropped; 0: never",
  ),
  tls: z.union([
    z.strictObject({ certificate: z.string(), key: z.string() }),
    z.literal("self-signed"),
  ]).exactOptional().describe("Files in PEM, or a certificate that the server makes for itself"),
});

/** What the server is started with, checked. */
export type ObjectServerConfig = z.output<typeof CONFIG>;

/** Where the engine keeps its data, below the directory of the server. */
export function engineDirectory(config: ObjectServerConfig): string {
  return `${config.directory}/objects`;
}
