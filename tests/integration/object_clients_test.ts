import assert from "node:assert/strict";
import { subjectOrSkip } from "../support/must_run.ts";
import { ObjectClient } from "../support/object_client.ts";
import { OBJECT_CLIENTS, useClient } from "../support/object_clients.ts";
import { ObjectServerProcess } from "../support/object_server_process.ts";
import { useDvcRemote } from "../support/dvc_remote.ts";

const clients = await subjectOrSkip("s3-clients", async () => {
  const { success } = await new Deno.Command("/usr/bin/python3", {
    args: ["-c", "import boto3"],
    stderr: "null",
  })
    .output();
  if (!success) throw new Error("deno task services up s3-clients has not been run");
  for (const name of ["aws", "s3cmd", "rclone"]) await Deno.stat(`/usr/bin/${name}`);
});
const dvc = await subjectOrSkip("dvc", async () => {
  const program = Deno.env.get("AERO_TEST_DVC");
  if (program === undefined) throw new Error("AERO_TEST_DVC is not set");
  await Deno.stat(program);
  return program;
});

/** 12 MB: several parts for every client. */
function someBytes(): Uint8Array {
  const block = crypto.getRandomValues(new Uint8Array(65_536));
  const bytes = new Uint8Array(12 * 2 ** 20);
  for (let at = 0; at < bytes.length; at += block.length) {
    block[0]!++;
    bytes.set(block, at);
  }
  return bytes;
}

for (const name of OBJECT_CLIENTS) {
  Deno.test({
    name: `objects: ${name} puts, lists, copies, gets and deletes`,
    ignore: "skipped" in clients,
    async fn() {
      await using server = await ObjectServerProcess.start();
      const directory = await Deno.makeTempDir({ prefix: "aero-clients-" });
      try {
        const bytes = someBytes();
        await Deno.writeFile(`${directory}/source`, bytes);
        await useClient(name, server.address, directory, `${directory}/source`, `${directory}/target`);
        assert.deepEqual(await Deno.readFile(`${directory}/target`), bytes);
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    },
  });
}

Deno.test({
  name: "objects: DVC keeps data in a bucket and gets it back",
  ignore: "skipped" in dvc,
  async fn() {
    await using server = await ObjectServerProcess.start();
    using client = new ObjectClient(server.address);
    await client.request({ method: "PUT", path: "/dvc" });
    const directory = await Deno.makeTempDir({ prefix: "aero-dvc-" });
    try {
      await Deno.mkdir(`${directory}/data`);
      await Deno.writeFile(`${directory}/data/large`, someBytes());
      for (let i = 0; i < 50; i++) await Deno.writeTextFile(`${directory}/data/small ${i}`, `${i}`);
      if (!("subject" in dvc)) return;
      await useDvcRemote(dvc.subject, server.address, "dvc", directory, "data");
      assert.equal(await Deno.readTextFile(`${directory}/data/small 49`), "49");
      assert.equal((await Deno.stat(`${directory}/data/large`)).size, 12 * 2 ** 20);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});
