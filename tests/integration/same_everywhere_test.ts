import assert from "node:assert/strict";
import { cephOrSkip } from "../support/ceph.ts";
import { fixtureProject } from "../support/fixture_project.ts";
import { homeVariables } from "../support/open_project.ts";
import { ownServer } from "../support/own_object_server.ts";
import { BASE_IMAGE, podmanOrSkip } from "../support/podman.ts";
import { freshBucket, type S3Service } from "../support/s3_subject.ts";

const COUNTS = new URL("../../fixtures/data/bikes/hourly_counts.csv", import.meta.url).pathname;

const podmanHere = await podmanOrSkip();
const ceph = await cephOrSkip();

/** The variables of a user whose config names a bucket. */
function userOf(use: string, { endpoint, region, accessKey, secret }: S3Service, bucket: string) {
  return {
    AERO_STORAGE: use,
    AERO_STORAGE_ENDPOINT: endpoint,
    AERO_STORAGE_REGION: region,
    AERO_STORAGE_BUCKET: bucket,
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: secret,
  };
}

Deno.test({
  name:
    "one commit gives the same versions, labels and digests in a directory, in the own server and in Ceph",
  ignore: podmanHere === undefined || ceph === undefined,
  async fn() {
    await using own = await ownServer({ tls: false });
    await using bucket = await freshBucket(own);
    await using cephBucket = await freshBucket(ceph!);
    await using test = fixtureProject("bikes", `image: ${BASE_IMAGE}`);
    const results = async (home: string, storage: Readonly<Record<string, string>>) => {
      const env = { ...homeVariables((name) => test.git.beside(`${home}/${name}`)), ...storage };
      const aero = async (...args: string[]) => {
        const { code, out, err } = await test.aero(["--json", ...args], { cwd: test.root, env });
        assert.equal(code, 0, `aero ${args.join(" ")} with ${home}\n${err()}`);
        return out().trim().split("\n").map((line) => JSON.parse(line));
      };
      await aero("build");
      if (home === "directory") test.git.commit();
      await aero("data", "add", COUNTS, "--name", "hourly_counts");
      const made = [];
      for (const { run } of await aero("run")) {
        const [{ record }] = await aero("show", run);
        made.push({ version: record.version, outputs: record.outputs });
      }
      const [verdict] = await aero("verify", "model:v1");
      assert.equal(verdict.verdict, "identical");
      const artifacts = (await aero("artifact", "list")).map(({ artifact, label, digest }) =>
        `${artifact} ${label} ${digest}`
      );
      return { made, artifacts };
    };

    const there = await results("directory", {});
    assert.equal(there.made.length, 4);
    assert.deepEqual(await results("own", userOf("s3", own, bucket.name)), there);
    assert.deepEqual(await results("ceph", userOf("ceph", ceph!, cephBucket.name)), there);
  },
});
