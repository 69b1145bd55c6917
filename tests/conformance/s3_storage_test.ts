import assert from "node:assert/strict";
import { storageContract, type StorageSubject } from "../../core/plugin/conformance/storage.ts";
import { cephStorage } from "../../plugins/storages/ceph/mod.ts";
import { s3Storage } from "../../plugins/storages/s3/mod.ts";
import { subjectOrSkip } from "../support/must_run.ts";
import { ownServer } from "../support/own_object_server.ts";
import { s3Subject, serviceFromVariables } from "../support/s3_subject.ts";

type Opened = StorageSubject & AsyncDisposable;

/** A bucket of aero's own server, with the server. */
async function ownSubject(tls: boolean, versioned: boolean): Promise<Opened> {
  const server = await ownServer({ tls });
  const config = server.caFile === undefined ? {} : { ca_file: server.caFile };
  const subject = await s3Subject(s3Storage, server, { versioned, config });
  return {
    ...subject,
    [Symbol.asyncDispose]: async () => {
      await subject[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const SUBJECTS: readonly (readonly [string, string, () => Promise<Opened>])[] = [
  ["own-server", "s3 on aero's own server", () => ownSubject(false, false)],
  ["own-server", "s3 on a versioned bucket of aero's own server over TLS", () => ownSubject(true, true)],
  [
    "ceph",
    "ceph on radosgw",
    async () => await s3Subject(cephStorage, await serviceFromVariables("AERO_TEST_CEPH")),
  ],
  [
    "ceph",
    "ceph on a versioned bucket of radosgw",
    async () =>
      await s3Subject(cephStorage, await serviceFromVariables("AERO_TEST_CEPH"), { versioned: true }),
  ],
  [
    "ceph",
    "s3 with a prefix on radosgw",
    async () =>
      await s3Subject(s3Storage, await serviceFromVariables("AERO_TEST_CEPH"), {
        config: { prefix: "group/a" },
      }),
  ],
  [
    "ceph20",
    "ceph on a versioned bucket of radosgw 20",
    async () =>
      await s3Subject(cephStorage, await serviceFromVariables("AERO_TEST_CEPH20"), { versioned: true }),
  ],
];

for (const [service, name, open] of SUBJECTS) {
  Deno.test(`${name} meets the storage contract`, async (t) => {
    const opened = await subjectOrSkip(service, open);
    if ("skipped" in opened) return;
    await using subject = opened.subject;
    for (const clause of storageContract) {
      const why = clause.skip?.(subject);
      const step = why === undefined ? clause.name : `${clause.name} (skipped: ${why})`;
      await t.step({ name: step, ignore: why !== undefined, fn: () => clause.run(subject) });
      if (why !== undefined) continue;
      const left = await Array.fromAsync(subject.storage.list(subject.prefix), (object) => object.key);
      assert.deepEqual(left, [], `"${clause.name}" left something behind`);
    }
  });
}
