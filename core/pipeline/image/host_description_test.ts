import assert from "node:assert/strict";
import { describeHost, parseGpus } from "./host_description.ts";

Deno.test("describeHost() tells of this machine", async () => {
  const host = await describeHost({ engine: "podman 4.3.1", user: "ada" });

  assert.equal(host.engine, "podman 4.3.1");
  assert.equal(host.user, "ada");
  assert.equal(host.hostname, Deno.hostname());
  assert.ok(host.cores > 0 && host.memoryBytes > 0);
});

Deno.test("describeHost() finds the person's name by itself", async () => {
  assert.match((await describeHost()).user, /./);
});

Deno.test("describeHost() never fails, whatever cannot be read", async () => {
  const host = await describeHost({ procDirectory: "/nonexistent" });

  assert.equal(host.cpu, "unknown");
  assert.deepEqual(host.gpus, []);
  assert.ok(!("engine" in host));
});

Deno.test("describeHost() reads processor and graphics cards from the driver's files", async () => {
  const proc = await Deno.makeTempDir();
  try {
    const card = `${proc}/driver/nvidia/gpus/0000:01:00.0`;
    await Deno.mkdir(card, { recursive: true });
    await Deno.writeTextFile(`${proc}/cpuinfo`, "processor\t: 0\nmodel name\t: AMD EPYC 7B13\n");
    await Deno.writeTextFile(
      `${proc}/driver/nvidia/version`,
      "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.129.03  Thu Oct 19\n",
    );
    await Deno.writeTextFile(`${card}/information`, "Model: \t\t NVIDIA A100-SXM4-40GB\nIRQ: 1\n");

    const host = await describeHost({ procDirectory: proc });

    assert.equal(host.cpu, "AMD EPYC 7B13");
    assert.equal(host.gpus[0]?.name.startsWith("NVIDIA"), true);
  } finally {
    await Deno.remove(proc, { recursive: true });
  }
});

Deno.test("parseGpus() reads the driver's table and passes over noise", () => {
  assert.deepEqual(
    parseGpus("NVIDIA A100, 535.129.03, 40960\nTesla, T4, 470.1, [N/A]\n\nNo devices were found\n"),
    [
      { name: "NVIDIA A100", driver: "535.129.03", memoryBytes: 40960 * 2 ** 20 },
      { name: "Tesla, T4", driver: "470.1" },
    ],
  );
});
