import assert from "node:assert/strict";
import type { ObjectServerAddress } from "./object_client.ts";

/** What other people reach a server of objects with. */
export const OBJECT_CLIENTS = ["boto3", "aws", "s3cmd", "rclone"] as const;

/** One of {@link OBJECT_CLIENTS}. */
export type ObjectClientName = typeof OBJECT_CLIENTS[number];

const PYTHON = `
import sys, boto3
endpoint, region, bucket, source, target = sys.argv[1:]
s3 = boto3.client("s3", endpoint_url=endpoint, region_name=region)
s3.create_bucket(Bucket=bucket)
s3.upload_file(source, bucket, "folder/a b+c ü", ExtraArgs={"Metadata": {"note": "kept"}})
s3.put_object(Bucket=bucket, Key="small", Body=b"hello")
assert s3.head_object(Bucket=bucket, Key="folder/a b+c ü")["Metadata"] == {"note": "kept"}
keys = [o["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 1}) for o in page["Contents"]]
assert keys == ["folder/a b+c ü", "small"], keys
s3.download_file(bucket, "folder/a b+c ü", target)
import urllib.request
# For us-east-1 botocore signs URLs by Signature Version 2.
for place, mark in [(region, "X-Amz-Signature"), ("us-east-1", "&Signature=")]:
    client = boto3.client("s3", endpoint_url=endpoint, region_name=place)
    url = client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "small"})
    assert mark in url, url
    assert urllib.request.urlopen(url).read() == b"hello"
deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": k} for k in keys]})
assert len(deleted["Deleted"]) == 2 and "Errors" not in deleted, deleted
s3.delete_bucket(Bucket=bucket)
`;

/**
 * Lets a client make a bucket, put a file of several parts and a small one, list, get back and clear up.
 *
 * @param source A file; what comes back goes to `target`.
 * @throws {AssertionError} with what the client said if one of its commands fails.
 */
export async function useClient(
  name: ObjectClientName,
  server: ObjectServerAddress,
  directory: string,
  source: string,
  target: string,
): Promise<void> {
  const bucket = `${name}-${crypto.randomUUID().slice(0, 8)}`;
  const run = (program: string, ...args: string[]) => runClient(server, directory, program, args);
  const { endpoint, region, accessKey, secret } = server;
  switch (name) {
    case "boto3":
      await run("/usr/bin/python3", "-c", PYTHON, endpoint, region, bucket, source, target);
      break;
    case "aws": {
      const aws = (...args: string[]) =>
        run("/usr/bin/aws", "--endpoint-url", endpoint, "--region", region, ...args);
      await aws("s3", "mb", `s3://${bucket}`);
      await aws("s3", "cp", source, `s3://${bucket}/folder/large`);
      await aws("s3", "cp", `s3://${bucket}/folder/large`, `s3://${bucket}/copy`);
      assert.match(await aws("s3", "ls", "--recursive", `s3://${bucket}`), / copy\n.* folder\/large\n/);
      await aws("s3", "cp", `s3://${bucket}/copy`, target);
      await assertSame(await aws("s3", "presign", `s3://${bucket}/copy`), source);
      await aws("s3", "rb", "--force", `s3://${bucket}`);
      break;
    }
    case "s3cmd": {
      const host = new URL(endpoint).host;
      const options = [`--host=${host}`, `--host-bucket=${host}`, "--no-ssl", `--region=${region}`];
      const keys = [`--access_key=${accessKey}`, `--secret_key=${secret}`, "--config=/dev/null"];
      const s3cmd = (...args: string[]) =>
        run("/usr/bin/s3cmd", ...options, ...keys, "--no-progress", ...args);
      await s3cmd("mb", `s3://${bucket}`);
      await s3cmd("put", "--multipart-chunk-size-mb=5", source, `s3://${bucket}/folder/large`);
      await s3cmd("cp", `s3://${bucket}/folder/large`, `s3://${bucket}/copy`);
      assert.match(await s3cmd("ls", "--recursive", `s3://${bucket}`), /\/copy\n.*\/folder\/large\n/);
      await s3cmd("get", "--force", `s3://${bucket}/copy`, target);
      await assertSame(await s3cmd("signurl", `s3://${bucket}/copy`, "+60"), source);
      await s3cmd("rb", "--recursive", "--force", `s3://${bucket}`);
      break;
    }
    case "rclone": {
      const remote = `:s3,provider=Ceph,env_auth,endpoint="${endpoint}",region=${region}:${bucket}`;
      const rclone = (...args: string[]) => run("/usr/bin/rclone", "--config=/dev/null", ...args);
      await rclone("mkdir", remote);
      await rclone("copyto", "--s3-upload-cutoff=5M", "--s3-chunk-size=5M", source, `${remote}/folder/large`);
      await rclone("copyto", `${remote}/folder/large`, `${remote}/copy`);
      assert.equal(await rclone("lsf", "--recursive", "--files-only", remote), "copy\nfolder/large\n");
      await rclone("copyto", `${remote}/copy`, target);
      await rclone("purge", remote);
      break;
    }
  }
}

/** @throws {AssertionError} unless whoever has the URL gets what the file holds. */
async function assertSame(url: string, source: string): Promise<void> {
  const reply = await fetch(url.trim());
  assert.deepEqual(await reply.bytes(), await Deno.readFile(source), `status ${reply.status}`);
}

async function runClient(
  { accessKey, secret }: ObjectServerAddress,
  directory: string,
  program: string,
  args: readonly string[],
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd: directory,
    // What a person has set for other servers must not count.
    clearEnv: true,
    env: {
      PATH: "/usr/bin:/bin",
      HOME: directory,
      LC_ALL: "C.UTF-8",
      AWS_ACCESS_KEY_ID: accessKey,
      AWS_SECRET_ACCESS_KEY: secret,
      AWS_EC2_METADATA_DISABLED: "true",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder();
  assert(success, `${program} ${args.join(" ")}\n${text.decode(stderr)}`);
  return text.decode(stdout);
}
