import { X509Certificate } from "node:crypto";

/** Whether an address means all of this machine's. */
function isEveryAddress(hostname: string): boolean {
  return ["0.0.0.0", "::", ""].includes(hostname);
}

/** Host names and addresses by which clients reach a server that listens on `hostname`. */
export function serverNames(hostname: string): string[] {
  const local = ["localhost", "127.0.0.1", "::1"];
  if (!isEveryAddress(hostname)) return [...new Set([hostname, ...local])];
  const addresses = Deno.networkInterfaces().map(({ address }) => address)
    // An address of one link has no meaning elsewhere.
    .filter((address) => !address.startsWith("fe80:"));
  return [...new Set([...local, Deno.hostname(), ...addresses])];
}

/** The name by which a client on another machine most likely reaches it. */
export function reachableName(hostname: string): string {
  if (!isEveryAddress(hostname)) return hostname;
  const outside = Deno.networkInterfaces().find(({ family, address }) =>
    family === "IPv4" && !address.startsWith("127.")
  );
  return outside?.address ?? "127.0.0.1";
}

/**
 * The name by which clients are to reach a server with this certificate: one that it is for, or else `preferred`.
 *
 * @param cert PEM; its first certificate counts.
 * @param preferred Taken if the certificate is for it.
 */
export function certifiedName(cert: string, preferred: string): string {
  const names = new X509Certificate(cert).subjectAltName?.split(", ").map((entry) => entry.split(/:(.*)/s)) ??
    [];
  const addresses = names.filter(([kind]) => kind === "IP Address").map(([, name]) => name!);
  const hosts = names.filter(([kind]) => kind === "DNS").map(([, name]) => name!);
  if ([...hosts, ...addresses].includes(preferred)) return preferred;
  // A wildcard is for names that only whoever made them knows.
  return [...hosts.filter((name) => !name.startsWith("*")), ...addresses][0] ?? preferred;
}
