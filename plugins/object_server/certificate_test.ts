import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { ownCertificate } from "./certificate.ts";

const NOW = Date.UTC(2030, 0, 1);
const DAY_MS = 86_400_000;

async function inDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await use(`${directory}/tls`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("a certificate is made, signed by an authority of its own, for all the names", async () => {
  await inDirectory(async (directory) => {
    const { cert, key, own } = await ownCertificate(directory, ["localhost", "10.1.2.3", "::1"], NOW);

    const certificate = new X509Certificate(cert);
    const authority = new X509Certificate(await Deno.readTextFile(own.caFile));
    assert.equal(certificate.fingerprint256, own.fingerprint);
    assert.match(certificate.subjectAltName!, /^DNS:localhost, IP Address:10\.1\.2\.3, IP Address:[0:]*:1$/);
    assert.equal(certificate.verify(authority.publicKey), true);
    assert.deepEqual([certificate.ca, authority.ca], [false, true]);
    assert.equal(Date.parse(certificate.validTo), NOW + 825 * DAY_MS);
    assert.match(key, /^-----BEGIN PRIVATE KEY-----\n/);
  });
});

Deno.test("keys are for their owner alone, and that of the authority is kept nowhere", async () => {
  await inDirectory(async (directory) => {
    await ownCertificate(directory, ["localhost"], NOW);

    const names = [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
    assert.deepEqual(names, ["ca.crt", "certificate.json", "server.crt", "server.key"]);
    assert.equal(Deno.statSync(`${directory}/server.key`).mode! & 0o777, 0o600);
    assert.equal(Deno.statSync(directory).mode! & 0o777, 0o700);
  });
});

Deno.test("a certificate stays the same until it lacks a name or nears its end", async () => {
  await inDirectory(async (directory) => {
    const fingerprint = async (names: string[], now: number) =>
      (await ownCertificate(directory, names, now)).own.fingerprint;
    const first = await fingerprint(["localhost", "10.1.2.3"], NOW);

    assert.equal(await fingerprint(["localhost"], NOW + 700 * DAY_MS), first);
    const second = await fingerprint(["localhost", "10.9.9.9"], NOW);
    assert.notEqual(second, first);
    assert.notEqual(await fingerprint(["localhost"], NOW + 800 * DAY_MS), second);
  });
});
