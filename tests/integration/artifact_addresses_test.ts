// Versions of artifacts in a bucket that keeps versions, as a tracker that points to them has them.
import assert from "node:assert/strict";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { EXIT } from "../../core/errors.ts";
import { TestProject } from "../support/open_project.ts";
import { ownServer } from "../support/own_object_server.ts";
import { plainClient } from "../support/s3_buckets.ts";
import { freshBucket } from "../support/s3_subject.ts";
import { readStored, WANDB_KEY, WandbServer } from "../support/wandb_server/server.ts";

Deno.test("artifacts that a run read and wrote are reference artifacts of S3, each by the version of its object", async () => {
  await using s3 = await ownServer({ tls: false });
  await using bucket = await freshBucket(s3, { versioned: true });
  await using server = new WandbServer();
  const keys = { AWS_ACCESS_KEY_ID: s3.accessKey, AWS_SECRET_ACCESS_KEY: s3.secret };
  await using project = new TestProject({ env: { ...keys, WANDB_API_KEY: WANDB_KEY } });
  project.commit({
    project: "bikes",
    storage: { use: "s3", bucket: bucket.name, prefix: "lab", endpoint: s3.endpoint, region: s3.region },
    trackers: [{ use: "wandb", base_url: server.address, project: "addresses" }],
    stages: {
      train: {
        command: ["sh", "-c", "cat $AERO_INPUTS/raw/* > $AERO_OUTPUTS/model/m"],
        inputs: { raw: "raw" },
        outputs: ["model"],
      },
    },
  });
  Deno.writeTextFileSync(project.git.beside("raw.csv"), "1,2\n");
  const added = await project.aero(["data", "add", project.git.beside("raw.csv"), "--name", "raw"]);
  assert.equal(added.code, EXIT.ok, added.err());

  const ran = await project.aero(["run"]);

  assert.equal(ran.code, EXIT.ok, ran.err());
  const [run] = server.world.runs.values();
  const entryOf = (id: string) => {
    const { bytes } = server.world.artifacts.find((artifact) => artifact.id === id)!.manifest!;
    const { contents } = readStored(new TextDecoder().decode(bytes)) as { contents: object };
    return Object.values(contents)[0] as { ref: string; digest: string; extra: { versionID: string } };
  };
  const client = plainClient(s3);
  for (
    const [ids, key] of [[run!.used, "lab/artifacts/bikes/raw/v1.json"], [
      run!.logged,
      "lab/artifacts/bikes/model/v1.json",
    ]] as const
  ) {
    const { ref, digest, extra } = entryOf(ids[0]!);
    assert.equal(ref, `s3://${bucket.name}/${key}`);
    const object = await client.send(
      new GetObjectCommand({ Bucket: bucket.name, Key: key, VersionId: extra.versionID }),
    );
    assert.ok((await object.Body!.transformToString()).includes(digest), "the document names the manifest");
  }
  client.destroy();
});
