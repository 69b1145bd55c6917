import assert from "node:assert/strict";
import { PutBucketVersioningCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { AeroError } from "../../core/errors.ts";
import type { DataSource } from "../../core/plugin/data_source.ts";
import { s3Source } from "../../plugins/storages/s3/mod.ts";
import { cephOrSkip } from "../support/ceph.ts";
import { TestProject } from "../support/open_project.ts";
import { ownServer } from "../support/own_object_server.ts";
import { plainClient } from "../support/s3_buckets.ts";
import { freshBucket, s3Context, type S3Service } from "../support/s3_subject.ts";

const own = await ownServer({ tls: false });
Deno.test.afterAll(async () => await own[Symbol.asyncDispose]());
const ceph = await cephOrSkip();

const SERVICES: readonly (readonly [string, S3Service | undefined])[] = [["own server", own], ["ceph", ceph]];

function keysOf({ accessKey, secret }: S3Service): Record<string, string> {
  return { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secret };
}

function openSource(service: S3Service, address: string): Promise<DataSource> {
  const options = { endpoint: service.endpoint, region: service.region };
  return s3Source.open(new URL(address), options, s3Context(service));
}

async function withBucket(
  service: S3Service,
  versioned: boolean,
  body: (bucket: string, put: (key: string, text: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  await using bucket = await freshBucket(service, { versioned });
  const client = plainClient(service);
  try {
    await body(bucket.name, async (key, text) => {
      await client.send(new PutObjectCommand({ Bucket: bucket.name, Key: key, Body: text }));
    });
  } finally {
    client.destroy();
  }
}

async function textOf(source: DataSource, file: Parameters<DataSource["open"]>[0]): Promise<string> {
  return await new Response(await source.open(file) as ReadableStream<Uint8Array<ArrayBuffer>>).text();
}

for (const [name, service] of SERVICES) {
  // Its own server is in this process, and closes a connection only once it sees that the other end has.
  const options = { ignore: service === undefined, sanitizeOps: false, sanitizeResources: false };

  Deno.test({
    name: `${name}: the newest versions below a prefix are listed, and old ones are read`,
    ...options,
    fn: () =>
      withBucket(service!, true, async (bucket, put) => {
        await put("hourly/a µ+%.csv", "old");
        await put("hourly/a µ+%.csv", "new");
        await put("hourly/b/c.csv", "c");
        await put("hourly2/x", "other");
        await using source = await openSource(service!, `s3://${bucket}/hourly`);

        const listed = (await Array.fromAsync(source.list())).sort((a, b) => a.path < b.path ? -1 : 1);
        await put("hourly/a µ+%.csv", "newest");

        assert.equal(source.keepsVersions, true);
        assert.deepEqual(listed.map(({ path, size }) => [path, size]), [["a µ+%.csv", 3], ["b/c.csv", 1]]);
        assert.equal(await textOf(source, listed[0]!), "new");
        assert.deepEqual(source.options, { endpoint: service!.endpoint, region: service!.region });
      }),
  });

  Deno.test({
    name: `${name}: an address may name one object`,
    ...options,
    fn: () =>
      withBucket(service!, true, async (bucket, put) => {
        await put("deep/one.csv", "1");
        await put("deep/one.csv.bak", "2");
        await using source = await openSource(service!, `s3://${bucket}/deep/one.csv`);

        const listed = await Array.fromAsync(source.list());

        assert.deepEqual(listed.map(({ path }) => path), ["one.csv"]);
      }),
  });

  Deno.test({
    name: `${name}: more objects than a page has are all listed`,
    ...options,
    fn: () =>
      withBucket(service!, true, async (bucket, put) => {
        const keys = Array.from({ length: 1030 }, (_, i) => `f${i}`);
        for (let at = 0; at < keys.length; at += 50) {
          await Promise.all(keys.slice(at, at + 50).map((key) => put(key, key)));
        }
        await using source = await openSource(service!, `s3://${bucket}/`);

        const listed = await Array.fromAsync(source.list());

        assert.deepEqual(listed.map(({ path }) => path).sort(), keys.sort());
      }),
  });

  Deno.test({
    name: `${name}: a bucket without versions says so, also where they were suspended`,
    ...options,
    fn: () =>
      withBucket(service!, false, async (bucket, put) => {
        await put("x", "1");
        await using never = await openSource(service!, `s3://${bucket}/`);
        const client = plainClient(service!);
        for (const Status of ["Enabled", "Suspended"] as const) {
          await client.send(
            new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status } }),
          );
        }
        client.destroy();
        await using suspended = await openSource(service!, `s3://${bucket}/`);

        assert.equal(never.keepsVersions, false);
        assert.match(never.whyNoVersions!, /keeps no versions/);
        assert.equal(suspended.keepsVersions, false);
        assert.match(suspended.whyNoVersions!, /suspended/);
        const [file] = await Array.fromAsync(never.list());
        assert.equal(file!.version, undefined);
      }),
  });

  Deno.test({
    name: `${name}: a bucket that is not there, and wrong keys, are told`,
    ...options,
    async fn() {
      await assert.rejects(openSource(service!, "s3://no-such-bucket-anywhere/"), (error) => {
        return error instanceof AeroError && ["source_denied", "source_missing"].includes(error.code);
      });
      await assert.rejects(
        openSource({ ...service!, secret: "wrong" }, "s3://any-bucket/"),
        (error) => error instanceof AeroError && error.code === "source_denied",
      );
    },
  });

  Deno.test({
    name: `${name}: data is imported in place, used by a run, updated, and had again by its old version`,
    ...options,
    fn: () =>
      withBucket(service!, true, async (bucket, put) => {
        await put("hourly/jan.csv", "cold\n");
        await using project = new TestProject({ env: keysOf(service!) });
        project.commit({
          stages: { look: { command: "wc -c ${inputs.w}/jan.csv", inputs: { w: "weather" } } },
        });
        const at = ["--endpoint", service!.endpoint, "--region", service!.region];

        const imported = await project.aero([
          "data",
          "import",
          `s3://${bucket}/hourly/`,
          "--name",
          "weather",
          ...at,
        ]);
        await put("hourly/jan.csv", "colder\n");
        const updated = await project.aero(["data", "update"]);
        const ran = await project.aero(["run"]);
        const got = await project.aero(["artifact", "get", "weather:v1", project.git.beside("old")]);
        const checked = await project.aero(["storage", "fsck"]);

        assert.equal(imported.code, 0, imported.err());
        assert.match(imported.out(), /Imported weather:v1 {2}1 file, 5 B, left in place/);
        assert.match(updated.out(), /v1 → v2/);
        assert.equal(ran.code, 0, ran.err());
        assert.match(ran.out() + ran.err(), /7 .*jan\.csv/);
        assert.equal(got.code, 0, got.err());
        assert.equal(Deno.readTextFileSync(project.git.beside("old/jan.csv")), "cold\n");
        assert.equal(checked.code, 0, checked.err() + checked.out());
      }),
  });
}

/** A project whose storage is a bucket of the server. */
function projectAt(bucket: string): TestProject {
  const project = new TestProject({ env: keysOf(own) });
  project.commit({
    storage: { use: "s3", bucket, endpoint: own.endpoint, region: own.region },
    stages: {},
  });
  return project;
}

const LEAVES = { sanitizeOps: false, sanitizeResources: false };

Deno.test({
  name: "data is looked for at the service of the project's storage, unless another is named",
  ...LEAVES,
  async fn() {
    await using storage = await freshBucket(own);
    await withBucket(own, true, async (bucket, put) => {
      await put("jan.csv", "cold\n");
      await using project = projectAt(storage.name);
      const address = `s3://${bucket}/`;

      const imported = await project.aero(["data", "import", address, "--name", "weather", "--json"]);
      await put("jan.csv", "colder\n");
      const updated = await project.aero(["data", "update"]);
      const elsewhere = await project.aero([
        "data",
        "import",
        address,
        "--name",
        "other",
        "--endpoint",
        "http://127.0.0.1:41998",
      ]);

      assert.equal(imported.code, 0, imported.err());
      assert.equal(JSON.parse(imported.out()).inPlace, true);
      assert.match(updated.out(), /v1 → v2/);
      assert.equal(elsewhere.code, 4);
      assert.match(elsewhere.err(), /127\.0\.0\.1:41998/);
    });
  },
});

Deno.test({
  name: "an address whose bucket is not there is told as the address, with how to name another service",
  ...LEAVES,
  async fn() {
    await using storage = await freshBucket(own);
    await using project = projectAt(storage.name);

    const { code, err } = await project.aero(["data", "import", "s3://no-such-bucket/", "--name", "weather"]);

    assert.equal(code, 4);
    assert.match(err(), new RegExp(`there is no bucket "no-such-bucket" at ${own.endpoint}`));
    assert.match(err(), /`--endpoint aws` or `--profile NAME`/);
    assert.doesNotMatch(err(), /storage\.bucket|s3 mb/);
  },
});
