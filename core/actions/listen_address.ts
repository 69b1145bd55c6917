import { UserError } from "../errors.ts";
import { DEFAULT_PORT } from "./storage_server.ts";

/** Where a server listens. */
export interface ListenAddress {
  /** Without brackets. */
  readonly hostname: string;
  readonly port: number;
}

/**
 * Reads `ADDRESS:PORT`, `ADDRESS`, `:PORT` or `PORT`; an IPv6 address stands in brackets where a port follows.
 *
 * @throws {UserError} `flag_value_invalid`.
 */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(text);
  const bare = /^\d{1,5}$/.test(text);
  const port = Number(bare ? text : match?.[3] ?? DEFAULT_PORT);
  if (text === "" || port > 65_535 || (match === null && !bare && !isBareIpv6(text))) {
    throw new UserError("flag_value_invalid", {
      what: "Cannot read the value of --listen",
      why: `${JSON.stringify(text)} is no address with a port`,
      fix: [`write an address and a port, such as 127.0.0.1:${DEFAULT_PORT} or [::1]:${DEFAULT_PORT}`],
    });
  }
  const hostname = bare ? "" : match === null ? text : match[1] ?? match[2]!;
  return { hostname: hostname === "" ? "127.0.0.1" : hostname, port };
}

function isBareIpv6(text: string): boolean {
  return /^[0-9a-fA-F:.]+$/.test(text) && text.split(":").length > 2;
}

/** Whether only this machine itself can reach what listens there. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** An address as {@link parseListenAddress} reads it. */
export function listenText({ hostname, port }: ListenAddress): string {
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}
