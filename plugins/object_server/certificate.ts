import { createHash } from "node:crypto";
import type { OwnCertificate } from "../../core/plugin/service.ts";

const DAY_MS = 86_400_000;
/** Of the server's certificate; Apple's clients take no longer ones. */
const SERVER_DAYS = 825;
const AUTHORITY_DAYS = 3650;
/** It is made anew so long before it ends. */
const RENEW_DAYS = 60;

/** A certificate with its key, in PEM, and what to tell people of it. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
  readonly own: OwnCertificate;
}

/** What is kept of a certificate besides its files. */
interface Kept {
  /** Epoch milliseconds. */
  readonly endsAt: number;
  readonly names: readonly string[];
  readonly fingerprint: string;
}

/**
 * Gives the server's own certificate: the one that is kept, or a new one if that is missing, near its end, or lacks a name.
 *
 * An authority of its own signs it, since many clients take no certificate that signs itself. The authority's key is thrown
 * away once it has signed: whoever trusts the authority trusts this one server, for as long as the certificate lasts.
 *
 * @param directory Made if it is not there, for the owner alone.
 * @param names Host names and addresses that clients use.
 */
export async function ownCertificate(
  directory: string,
  names: readonly string[],
  now: number,
): Promise<ServerCertificate> {
  const files = {
    cert: `${directory}/server.crt`,
    key: `${directory}/server.key`,
    ca: `${directory}/ca.crt`,
    about: `${directory}/certificate.json`,
  };
  const kept = await readKept(files.about);
  if (
    kept !== undefined && kept.endsAt - now > RENEW_DAYS * DAY_MS &&
    names.every((name) => kept.names.includes(name))
  ) {
    const [cert, key] = await Promise.all([Deno.readTextFile(files.cert), Deno.readTextFile(files.key)]);
    return { cert, key, own: { fingerprint: kept.fingerprint, caFile: files.ca } };
  }
  const made = await makeCertificate(names, now);
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  await replaceFile(files.key, made.key, 0o600);
  await replaceFile(files.ca, made.ca, 0o644);
  await replaceFile(files.cert, made.cert, 0o644);
  // Last: a crash before it leaves files that are made again.
  const about: Kept = { endsAt: now + SERVER_DAYS * DAY_MS, names, fingerprint: made.fingerprint };
  await replaceFile(files.about, JSON.stringify(about), 0o644);
  return { cert: made.cert, key: made.key, own: { fingerprint: made.fingerprint, caFile: files.ca } };
}

async function readKept(path: string): Promise<Kept | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const file = await Deno.open(`${path}.tmp`, { write: true, create: true, truncate: true, mode });
  try {
    await file.write(new TextEncoder().encode(text));
    await file.sync();
  } finally {
    file.close();
  }
  await Deno.rename(`${path}.tmp`, path);
}

async function makeCertificate(names: readonly string[], now: number) {
  // Half a megabyte that only this needs; it wants the first of the two to be there.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const newKeys = () => crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const serial = () => `01${crypto.getRandomValues(new Uint8Array(15)).toHex()}`;
  const notBefore = new Date(now - DAY_MS);
  const authorityKeys = await newKeys(), keys = await newKeys();
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: "CN=aero storage authority",
    notBefore,
    notAfter: new Date(now + AUTHORITY_DAYS * DAY_MS),
    keys: authorityKeys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: "CN=aero storage",
    issuer: authority.subject,
    notBefore,
    notAfter: new Date(now + SERVER_DAYS * DAY_MS),
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isAddress(value) ? "ip" as const : "dns" as const, value })),
      ),
    ],
  });
  const hash = createHash("sha256").update(new Uint8Array(certificate.rawData)).digest("hex").toUpperCase();
  return {
    cert: `${certificate.toString("pem")}\n`,
    ca: `${authority.toString("pem")}\n`,
    key: toPem("PRIVATE KEY", new Uint8Array(await crypto.subtle.exportKey("pkcs8", keys.privateKey))),
    fingerprint: hash.match(/../g)!.join(":"),
  };
}

function toPem(what: string, der: Uint8Array): string {
  return `-----BEGIN ${what}-----\n${der.toBase64().replaceAll(/.{1,64}/g, "$&\n")}-----END ${what}-----\n`;
}

function isAddress(name: string): boolean {
  return /^[\d.]+$/.test(name) || name.includes(":");
}
