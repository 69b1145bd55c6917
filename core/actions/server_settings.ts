import type { App } from "../app.ts";
import { UserError } from "../errors.ts";
import { type ListenAddress, listenText, parseListenAddress } from "./listen_address.ts";
import { absolutePath, DEFAULT_PORT } from "./storage_server.ts";

/** How the person wants the server; what is absent was left to aero. */
export interface ServeOptions {
  /** As `--listen` has it. */
  readonly listen?: string;
  /** Directory; absent: in this user's data directory. */
  readonly data?: string;
  readonly profile?: string;
  readonly bucket?: string;
  readonly region?: string;
  readonly tls?: "self-signed";
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly insecure: boolean;
  /** Directory of a local storage that is to be the bucket. */
  readonly over?: string;
  /** Days after which an upload that was begun and left is dropped; 0: never. */
  readonly uploadDays?: number;
}

/** How a server is started, with nothing left open. */
export interface ServerSettings extends ListenAddress {
  readonly profile: string;
  readonly bucket: string;
  readonly region: string;
  /** Absolute paths of files, or a certificate that it makes; absent: plain HTTP. */
  readonly tls?: "self-signed" | { readonly certificate: string; readonly key: string };
  /** Absolute. */
  readonly over?: string;
  readonly uploadDays: number;
}

/** Settings with which a server starts where the person says nothing of them. */
const DEFAULTS = {
  listen: `127.0.0.1:${DEFAULT_PORT}`,
  profile: "local",
  bucket: "aero",
  region: "us-east-1",
  uploadDays: 7,
} as const;

/** What a server is to be started with. @throws {UserError} `flag_value_invalid`, `flags_conflict`. */
export function settingsOf(app: App, options: ServeOptions): ServerSettings {
  const { listen, profile, bucket, region, uploadDays, over } = { ...DEFAULTS, ...options };
  const tls = tlsOf(app, options);
  return {
    ...parseListenAddress(listen),
    profile,
    bucket,
    region,
    uploadDays,
    ...(tls === undefined ? {} : { tls }),
    ...(over === undefined ? {} : { over: absolutePath(app, over) }),
  };
}

function tlsOf(app: App, { tls, tlsCert, tlsKey }: ServeOptions): ServerSettings["tls"] {
  if ((tlsCert === undefined) !== (tlsKey === undefined) || (tls !== undefined && tlsCert !== undefined)) {
    throw new UserError("flags_conflict", {
      what: "Cannot choose a certificate",
      why: "--tls-cert and --tls-key go together, and not with --tls",
      fix: ["name both files: `--tls-cert FILE --tls-key FILE`", "or have one made: `--tls self-signed`"],
    });
  }
  if (tlsCert === undefined || tlsKey === undefined) return tls;
  return { certificate: absolutePath(app, tlsCert), key: absolutePath(app, tlsKey) };
}

/**
 * What was asked for and is not so in a server that runs, each as a clause; empty if it is as it was asked for. What was
 * not asked for is right in any way.
 *
 * @throws {UserError} `flag_value_invalid`, `flags_conflict`.
 */
export function differences(app: App, options: ServeOptions, runs: ServerSettings): string[] {
  const asked = settingsOf(app, options);
  const told: string[] = [];
  const compare = (flag: string, wanted: string, is: string) => {
    if (wanted !== is) told.push(`${flag} is ${is}, not ${wanted}`);
  };
  if (options.listen !== undefined) {
    // Port 0 asks for any.
    const port = asked.port === 0 ? runs.port : asked.port;
    compare("--listen", listenText({ hostname: asked.hostname, port }), listenText(runs));
  }
  for (const name of ["profile", "bucket", "region"] as const) {
    if (options[name] !== undefined) compare(`--${name}`, asked[name], runs[name]);
  }
  if (asked.tls !== undefined) compare("TLS", tlsText(asked.tls), tlsText(runs.tls));
  else if (options.insecure && runs.tls !== undefined) told.push("it serves over TLS, not --insecure");
  if (options.uploadDays !== undefined) {
    compare("--upload-days", String(asked.uploadDays), String(runs.uploadDays));
  }
  if (asked.over !== undefined) compare("--over", asked.over, runs.over ?? "not given");
  return told;
}

function tlsText(tls: ServerSettings["tls"]): string {
  if (tls === undefined) return "off";
  return tls === "self-signed" ? tls : `by ${tls.certificate} and ${tls.key}`;
}

/** The port of a URL, also where its scheme says it. */
export function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === "" ? protocol === "https:" ? 443 : 80 : Number(port);
}
