import assert from "node:assert/strict";
import { sampleStart } from "../../core/plugin/conformance/tracker_samples.ts";
import { NOTHING_SENT, TrackerError } from "../../core/plugin/tracker.ts";
import { ownCertificate } from "../../plugins/object_server/certificate.ts";
import { mlflowTracker } from "../../plugins/trackers/mlflow/mod.ts";
import { mlflowContext } from "../support/mlflow_subject.ts";

Deno.test("a certificate of one's own is trusted when config or a variable names it, and not before", async () => {
  const directory = await Deno.makeTempDir();
  const { cert, key, own } = await ownCertificate(directory, ["127.0.0.1", "localhost"], Date.now());
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, cert, key, onListen() {} },
    () => Response.json({}),
  );
  const uri = `https://127.0.0.1:${server.addr.port}`;
  const { run } = sampleStart();
  const cursor = async (config: Readonly<Record<string, unknown>>, variables = {}) => {
    await using tracker = await mlflowTracker.open({ uri, ...config }, mlflowContext(variables));
    return await tracker.cursor(run);
  };

  assert.deepEqual(await cursor({ ca_file: own.caFile }), NOTHING_SENT);
  assert.deepEqual(await cursor({}, { MLFLOW_TRACKING_SERVER_CERT_PATH: own.caFile }), NOTHING_SENT);
  await assert.rejects(
    cursor({}),
    (error) =>
      error instanceof TrackerError && error.code === "tracker_denied" &&
      /ca_file/.test(error.report.fix?.[0] ?? ""),
  );
  await Deno.remove(directory, { recursive: true });
});
