import assert from "node:assert/strict";
import { UserError } from "../../../core/errors.ts";
import { parseRunId } from "../../../core/model/run_id.ts";
import { TrackerError } from "../../../core/plugin/tracker.ts";
import { sacredTracker } from "./mod.ts";

const PASSWORD = "hunter2-secret";

// The driver looks once, at its first client, whether it runs in a container, and lets nobody wait for that: whichever
// of these tests comes first would be blamed.
const options = { sanitizeOps: false } as const;

// deno-lint-ignore require-await -- what the schema refuses is thrown
async function open(config: Record<string, string>, variables: Record<string, string> = {}) {
  return sacredTracker.open(config, {
    signal: new AbortController().signal,
    now: () => new Date(0),
    variable: (name) => variables[name],
    log: () => {},
    dataDirectory: "/nowhere",
  });
}

async function locationOf(
  config: Record<string, string>,
  variables: Record<string, string> = {},
): Promise<string> {
  await using tracker = await open(config, variables);
  return tracker.location;
}

Deno.test("its place shows hosts and database, and no password", options, async () => {
  const uri = `mongodb://ada:${PASSWORD}@a.example:1,b.example:2/lab?replicaSet=x`;

  assert.equal(await locationOf({}, { MONGO_URI: uri }), "mongodb://a.example:1,b.example:2/lab");
  assert.equal(
    await locationOf({ database: "other" }, { MONGO_URI: uri }),
    "mongodb://a.example:1,b.example:2/other",
  );
});

Deno.test(
  "the address comes from the config, the variable that it names, or the usual ones in their order",
  options,
  async () => {
    const variables = {
      MY_URI: "mongodb://mine",
      AERO_MONGO_URI: "mongodb://aeros",
      MONGO_URI: "mongodb://usual",
    };

    assert.equal(await locationOf({ uri: "mongodb://given/x" }, variables), "mongodb://given:27017/x");
    assert.equal(await locationOf({ "uri_variable": "MY_URI" }, variables), "mongodb://mine:27017/sacred");
    assert.equal(await locationOf({}, variables), "mongodb://aeros:27017/sacred");
    assert.equal(await locationOf({}), "mongodb://localhost:27017/sacred");
  },
);

Deno.test("an address with a password is refused in the config", options, async () => {
  await assert.rejects(open({ uri: `mongodb://ada:${PASSWORD}@db/x` }), /belongs in a variable/);
});

Deno.test("an address that is none is told without what it holds", options, async () => {
  for (
    const uri of [
      `mongodb://ada:${PASSWORD}@`,
      `mongodb://ada:${PASSWORD}%zz@db/x`,
      `http://x:${PASSWORD}@db`,
    ]
  ) {
    const error = await open({}, { MONGO_URI: uri }).then(() => undefined, (error) => error);

    assert.ok(error instanceof UserError, uri);
    assert.equal(error.code, "tracker_address_invalid");
    assert.ok(!Deno.inspect(error).includes(PASSWORD), Deno.inspect(error));
  }
});

Deno.test("a variable that is named and not set is told", options, async () => {
  await assert.rejects(open({ "uri_variable": "NOT_SET" }), /NOT_SET is not set/);
});

/** Why several calls at once fail at a port, each. */
async function whyOf(port: number): Promise<Set<string | undefined>> {
  const MONGO_URI = `mongodb://127.0.0.1:${port}/x?serverSelectionTimeoutMS=200`;
  await using tracker = await open({}, { MONGO_URI });
  const calls = ["k", "l", "m"].map((letter) => tracker.cursor(parseRunId(letter.repeat(16))));
  return new Set((await Promise.allSettled(calls)).map((call) => {
    assert.ok(call.status === "rejected" && call.reason instanceof TrackerError);
    assert.equal(call.reason.code, "tracker_unavailable");
    return call.reason.report.why;
  }));
}

Deno.test(
  "calls that overlap tell why MongoDB was not reached, each with the real cause",
  options,
  async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();

    assert.deepEqual([...await whyOf(port)], [`connect ECONNREFUSED 127.0.0.1:${port}`]);
  },
);

Deno.test("an address that is a web server's is told with a hint", options, async () => {
  await using web = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("hello"),
  );

  const [why, ...others] = await whyOf(web.addr.port);

  assert.match(why!, /is it MongoDB's port\?/);
  assert.deepEqual(others, []);
});

Deno.test("a call that is pending when the tracker is closed says so", options, async () => {
  const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = silent.addr;
  const tracker = await open({}, { MONGO_URI: `mongodb://127.0.0.1:${port}/x` });

  const asked = tracker.cursor(parseRunId("k".repeat(16))).then(() => undefined, (error: unknown) => error);
  const connection = await silent.accept();
  await tracker[Symbol.asyncDispose]();
  const error = await asked;
  connection.close();
  silent.close();

  assert.ok(error instanceof TrackerError, String(error));
  assert.equal(error.code, "closed");
});
