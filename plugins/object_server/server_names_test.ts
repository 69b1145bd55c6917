import assert from "node:assert/strict";
import { ownCertificate } from "./certificate.ts";
import { certifiedName, reachableName, serverNames } from "./server_names.ts";

Deno.test("a server on one address is reached by it, and on all by one that another machine can reach", () => {
  assert.equal(reachableName("10.1.2.3"), "10.1.2.3");
  assert.ok(!["0.0.0.0", ""].includes(reachableName("0.0.0.0")));
  assert.deepEqual(serverNames("10.1.2.3"), ["10.1.2.3", "localhost", "127.0.0.1", "::1"]);
  assert.ok(serverNames("::").includes(Deno.hostname()));
});

Deno.test("a server with a certificate is reached by a name that this is for", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const certFor = async (...names: string[]) =>
      (await ownCertificate(`${directory}/${names}`, names, Date.now())).cert;

    assert.equal(
      certifiedName(await certFor("*.lab.org", "store.lab.org", "10.1.2.3"), "10.9.9.9"),
      "store.lab.org",
    );
    assert.equal(certifiedName(await certFor("store.lab.org", "10.1.2.3"), "10.1.2.3"), "10.1.2.3");
    assert.equal(certifiedName(await certFor("10.1.2.3"), "10.9.9.9"), "10.1.2.3");
    assert.equal(certifiedName(await certFor("*.lab.org"), "10.9.9.9"), "10.9.9.9");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
