import { type Document, MongoClient } from "mongodb";
import type { RunId } from "../../core/model/run_id.ts";
import type { JsonValue } from "../../core/model/json.ts";
import type { ShownRun, TrackerSubject } from "../../core/plugin/conformance/tracker.ts";
import type { Tracker } from "../../core/plugin/tracker.ts";
import { sacredTracker } from "../../plugins/trackers/sacred/mod.ts";
import { TcpGate } from "./tcp_gate.ts";

/** A MongoDB server, and a database of its own in it. */
export interface TestMongo {
  /** With user and password. */
  readonly uri: string;
  readonly database: string;
  readonly client: MongoClient;
}

/** Connects to the server of `AERO_TEST_MONGO_URI`. @throws {Error} if there is none, or it does not answer. */
export async function openTestMongo(): Promise<TestMongo & AsyncDisposable> {
  const uri = Deno.env.get("AERO_TEST_MONGO_URI");
  if (uri === undefined) {
    throw new Error("AERO_TEST_MONGO_URI is not set; `deno task services up mongo` tells it");
  }
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 3000 });
  const database = `aero_test_${crypto.randomUUID().slice(0, 8)}`;
  await client.db(database).command({ ping: 1 });
  return {
    uri,
    database,
    client,
    async [Symbol.asyncDispose]() {
      await client.db(database).dropDatabase();
      await client.close();
    },
  };
}

/** Opens aero's tracker on a test database. */
export function openTracker(uri: string, database: string): Promise<Tracker> {
  return sacredTracker.open({
    "uri_variable": "TEST_URI",
    database,
    omniboard: "http://127.0.0.1:9000/sacred",
  }, {
    signal: new AbortController().signal,
    now: () => new Date(),
    variable: (name) => name === "TEST_URI" ? uri : undefined,
    log: () => {},
    dataDirectory: "/nowhere",
  });
}

/** A tracker behind a gate, with all that the contract asks. */
export async function openSacredSubject(): Promise<TrackerSubject & AsyncDisposable> {
  const mongo = await openTestMongo();
  const address = new URL(mongo.uri);
  const gate = new TcpGate({ hostname: address.hostname, port: Number(address.port) });
  const at = (password: string) => {
    const url = new URL(mongo.uri);
    url.host = `127.0.0.1:${gate.port}`;
    url.password = password;
    return url.href;
  };
  const open = () => openTracker(at(address.password), mongo.database);
  const tracker = await open();
  return {
    tracker,
    show: (run) => showSacredRun(mongo, run),
    reopen: open,
    denied: () => openTracker(at("wrong"), mongo.database),
    outage: async () => {
      await gate.shut();
      return { end: () => Promise.resolve(gate.reopen()) };
    },
    secrets: [decodeURIComponent(address.password)],
    sent: () => gate.sent,
    async [Symbol.asyncDispose]() {
      await tracker[Symbol.asyncDispose]();
      await gate[Symbol.asyncDispose]();
      await mongo[Symbol.asyncDispose]();
    },
  };
}

const STATES: Readonly<Record<string, ShownRun["state"]>> = {
  RUNNING: "running",
  COMPLETED: "succeeded",
  FAILED: "failed",
  INTERRUPTED: "aborted",
};

/** What the documents themselves say, read as anybody would who knows Sacred's layout. */
export async function showSacredRun(
  { client, database }: Pick<TestMongo, "client" | "database">,
  run: RunId,
): Promise<ShownRun> {
  const db = client.db(database);
  const found = await db.collection("runs").find({ "info.aero.run": run }).toArray();
  if (found.length !== 1) throw new RangeError(`There are ${found.length} documents of run ${run}`);
  const document = found[0]! as Document;
  const metrics = await db.collection("metrics").find({ "run_id": document._id }).toArray();
  const points: Record<string, { step?: number; value: number }[]> = {};
  for (const { name, steps, values } of metrics.sort((a, b) => a.name.length - b.name.length)) {
    const own = name.replace(/ \(\d+\)$/, "");
    (points[own] ??= []).push(
      ...values.map((value: number, i: number) => ({ value, step: steps[i] })),
    );
  }
  const { config, omniboard, artifacts, resources, experiment, host } = document;
  return {
    state: STATES[document.status]!,
    params: config as Record<string, JsonValue>,
    points,
    tags: omniboard.tags,
    ...(omniboard.notes === undefined ? {} : { note: omniboard.notes }),
    outputs: artifacts.map(({ name }: Document) => name),
    inputs: resources.map(([name]: [string]) => name),
    text: document.captured_out,
    commit: experiment.repositories[0].commit,
    image: host.docker_image_id,
  };
}
