import assert from "node:assert/strict";
import type { PluginContext } from "../../../core/plugin/context.ts";
import { runIdFromBytes } from "../../../core/model/run_id.ts";
import { mlflowTracker } from "./mod.ts";

const RUN = runIdFromBytes(new Uint8Array(8));

function context(variables: Readonly<Record<string, string>>): PluginContext {
  return {
    signal: new AbortController().signal,
    now: () => new Date(),
    variable: (name) => variables[name],
    log() {},
    dataDirectory: "/nowhere",
  };
}

/** Headers of the first request of a tracker with these variables. */
async function firstHeaders(
  variables: Readonly<Record<string, string>>,
  config = {},
  login = "",
): Promise<Headers> {
  const asked = Promise.withResolvers<Headers>();
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, ({ headers }) => {
    asked.resolve(headers);
    return Response.json({});
  });
  const uri = `http://${login}127.0.0.1:${server.addr.port}/`;
  await using tracker = await mlflowTracker.open(config, context({ MLFLOW_TRACKING_URI: uri, ...variables }));
  assert.doesNotMatch(tracker.location, /pass|@/);
  assert.deepEqual(await tracker.cursor(RUN), { events: 0, stdout: 0, stderr: 0 });
  return await asked.promise;
}

Deno.test("a name and a password come before a token, as with MLflow's own client", async () => {
  const login = { MLFLOW_TRACKING_USERNAME: "ada", MLFLOW_TRACKING_PASSWORD: "pass:é" };
  const expected = `Basic ${new TextEncoder().encode("ada:pass:é").toBase64()}`;

  assert.equal((await firstHeaders(login)).get("authorization"), expected);
  assert.equal((await firstHeaders({ ...login, MLFLOW_TRACKING_TOKEN: "t" })).get("authorization"), expected);
  assert.equal((await firstHeaders({ MLFLOW_TRACKING_TOKEN: "t" })).get("authorization"), "Bearer t");
  assert.equal((await firstHeaders({}, {}, "ada:pass@")).get("authorization"), `Basic ${btoa("ada:pass")}`);
  assert.equal((await firstHeaders({})).get("authorization"), null);
});

Deno.test("a percent sign that encodes nothing stands for itself in a password, as with MLflow's own client", async () => {
  const basic = (text: string) => `Basic ${new TextEncoder().encode(text).toBase64()}`;

  for (
    const [login, read] of [
      ["ada:pass%", "ada:pass%"],
      ["ada:pass%zz%41%3a", "ada:pass%zzA:"],
      ["a%40b:pass%c3%a9é", "a@b:passéé"],
      ["ada:pass%ff", "ada:pass\ufffd"],
    ] as const
  ) {
    assert.equal((await firstHeaders({}, {}, `${login}@`)).get("authorization"), basic(read));
  }
});

Deno.test("a workspace goes with each request", async () => {
  assert.equal((await firstHeaders({ MLFLOW_WORKSPACE: "lab" })).get("x-mlflow-workspace"), "lab");
  assert.equal(
    (await firstHeaders({ MLFLOW_WORKSPACE: "lab" }, { workspace: "own" })).get("x-mlflow-workspace"),
    "own",
  );
});

for (
  const [variables, code] of [
    [{}, "tracker_uri_missing"],
    [{ MLFLOW_TRACKING_URI: "./mlruns" }, "tracker_uri_unsupported"],
    [{ MLFLOW_TRACKING_URI: "sqlite:///m.db" }, "tracker_uri_unsupported"],
    [{ MLFLOW_TRACKING_URI: "https://a", MLFLOW_TRACKING_INSECURE_TLS: "true" }, "insecure_tls"],
    [{ MLFLOW_TRACKING_URI: "https://a", MLFLOW_TRACKING_SERVER_CERT_PATH: "/no/such" }, "ca_unreadable"],
  ] as const
) {
  Deno.test(`${JSON.stringify(variables)} is refused as ${code}`, async () => {
    await assert.rejects(mlflowTracker.open({}, context(variables)), { code });
  });
}

Deno.test("an address with a password is refused in config, without telling it", () => {
  const { success, error } = mlflowTracker.config.safeParse({ uri: "http://ada:hidden@mlflow" });

  assert.equal(success, false);
  assert.doesNotMatch(JSON.stringify(error!.issues), /hidden/);
});

Deno.test("what is no answer of MLflow is refused", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("<html>Sign in</html>"),
  );
  const uri = `http://127.0.0.1:${server.addr.port}`;
  await using tracker = await mlflowTracker.open({ uri }, context({}));

  await assert.rejects(tracker.cursor(RUN), { code: "tracker_refused" });
});

Deno.test("an answer without an end is refused before it fills the memory", async () => {
  const piece = new Uint8Array(2 ** 20).fill(0x20);
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(piece) })),
  );
  const uri = `http://127.0.0.1:${server.addr.port}`;
  await using tracker = await mlflowTracker.open({ uri }, context({}));

  await assert.rejects(tracker.cursor(RUN), { code: "tracker_refused" });
});
