import { cephOrSkip } from "../support/ceph.ts";
import { tryFaults } from "../support/object_server_faults.ts";
import { ObjectServerProcess } from "../support/object_server_process.ts";

const ceph = await cephOrSkip();

Deno.test("objects: what was cut or changed on the way is not stored, and what was answered is", async () => {
  await using server = await ObjectServerProcess.start();
  await tryFaults(server.address, "faults");
});

Deno.test({
  name: "objects: radosgw is found to do the same, which shows that the test asks for nothing special",
  ignore: ceph === undefined,
  async fn() {
    await tryFaults(ceph!, `faults-${crypto.randomUUID().slice(0, 8)}`);
  },
});
