import assert from "node:assert/strict";
import { makeStyle } from "../cli/style.ts";
import {
  addedUserText,
  requestsText,
  serverStatusText,
  serverUpText,
  storageUserText,
} from "./storage_server_text.ts";

const NOW = Date.UTC(2030, 0, 2);
const plain = makeStyle({ colour: false, now: () => new Date(NOW) });

const REQUEST = {
  at: NOW,
  method: "PUT",
  operation: "PutObject",
  target: "/b/k",
  status: 200,
  user: "ana",
  remote: "127.0.0.1:1",
  bytesIn: 4096,
  bytesOut: 0,
  durationMs: 12,
} as const;
const line = (change: object) =>
  requestsText({ type: "requests", requests: [{ ...REQUEST, ...change }], untold: 0 }, plain);

Deno.test("a request is one line: when, status, what, where, how much, how long, who", () => {
  assert.match(
    line({}),
    /^2030-01-0\d \d\d:\d\d:\d\d {2}200 {2}PutObject {15}\/b\/k {2}4\.1 kB in, 12 ms, ana$/,
  );
});

Deno.test("a key cannot make a line of its own, nor move the cursor", () => {
  const text = line({
    target: "/b/k\n2030-01-02 00:00:00  200  GetObject  /forged\x1b[2J",
    operation: "Unknown",
    method: "A\rB",
  });

  assert.equal(text.split("\n").length, 1);
  assert.ok(!text.includes("\r") && !text.includes("\x1b"));
});

Deno.test("a request of nobody, and its error, are told", () => {
  const { user: _user, ...anonymous } = REQUEST;
  const request = { ...anonymous, status: 403, bytesIn: 0, bytesOut: 200, error: "AccessDenied" };

  assert.match(
    requestsText({ type: "requests", requests: [request], untold: 1500 }, plain),
    /403 {2}PutObject .* 200 B out, 12 ms, nobody, AccessDenied\n… and 1,500 more in the same moment$/,
  );
});

const SERVER = {
  type: "storage-server",
  state: "running",
  directory: "/data",
  url: "http://127.0.0.1:7489",
  pid: 7,
  startedAt: NOW - 60_000,
  profile: "local",
  use: "objects",
  credentialsFile: "/c",
  clients: [{ client: "shell", lines: ["export A=b"] }, { client: "one", lines: ["one --at x"] }],
} as const;

Deno.test("a server that has come up says where it is, how projects use it, and how it is stopped", () => {
  const text = serverUpText({ ...SERVER, foreground: true }, plain);

  for (
    const part of [
      "http://127.0.0.1:7489",
      "storage: { use: objects, profile: local }",
      "  one  one --at x",
      "Ctrl-C stops it.",
    ]
  ) {
    assert.ok(text.includes(part), part);
  }
  assert.match(
    serverUpText({ ...SERVER, logFile: "/l" }, plain),
    /log {10}\/l\n[^]*It stops by: aero storage down$/,
  );
});

Deno.test("of a server in a directory of its own, what is to be typed names that", () => {
  const text = serverUpText({ ...SERVER, directory: "/my data", dataFlag: "--data '/my data'" }, plain);

  assert.match(text, /aero storage user add NAME --data '\/my data'\n/);
  assert.match(text, /aero storage down --data '\/my data'$/);
});

Deno.test("a certificate of its own is told with the file that clients have to trust", () => {
  const text = serverUpText({ ...SERVER, fingerprint: "AB:CD", caFile: "/ca.crt" }, plain);
  assert.match(text, /certificate {2}SHA-256 AB:CD\n {15}clients have to trust \/ca\.crt/);
});

Deno.test("the status of a server is told in all three states", () => {
  assert.match(serverStatusText(SERVER, plain), /^running {2}http:.*\n[^]*process {2}7, started 1 min ago/);
  assert.match(serverStatusText({ ...SERVER, state: "silent" }, plain), /does not answer$/);
  assert.equal(
    serverStatusText({ type: "storage-server", state: "stopped", directory: "/data" }, plain),
    "stopped  /data",
  );
});

const USER = {
  type: "storage-user",
  name: "ana",
  createdAt: NOW,
  grants: [{ access: "write", bucket: "aero", prefix: "" }, { access: "read", bucket: "*", prefix: "" }, {
    access: "read",
    bucket: "b",
    prefix: "p/",
  }],
  keys: ["K1"],
} as const;

Deno.test("a user is told with what they may do", () => {
  assert.match(
    storageUserText(USER, plain),
    /^ana {2}reads and writes aero; reads all buckets; reads b\/p\/ {2}K1, since 2030-/,
  );
  const own = [{ access: "write", bucket: "@owned", prefix: "" }] as const;
  assert.match(
    storageUserText({ ...USER, grants: own }, plain),
    /^ana {2}reads and writes buckets that they make {2}/,
  );
  assert.match(storageUserText({ ...USER, grants: [], keys: [] }, plain), /^ana {2}nothing {2}no key, since/);
});

Deno.test("a user who was added gets both files whole, and is told if nobody else can reach the server", () => {
  const added = { ...USER, credentials: { id: "K1", secret: "S" } };
  const options = { endpoint: "http://127.0.0.1:7489", bucket: "aero" };

  const near = addedUserText({ ...added, use: "objects", options }, plain);
  assert.match(
    near,
    /\n\[group\]\nid = K1\nsecret = S\n[^]*\nprofiles:\n {2}group:\n {4}endpoint: http:.*\n {4}bucket: aero\n/,
  );
  assert.match(near, /Only this machine reaches it/);
  const named = addedUserText({ ...added, use: "objects", options, profile: "lab" }, plain);
  assert.match(named, /\n\[lab\]\n[^]*\n {2}lab:\n[^]*\nstorage: \{ use: objects, profile: lab \}/);
  const maker = { ...added, grants: [{ access: "write", bucket: "@owned", prefix: "" }] } as const;
  assert.match(
    addedUserText({ ...maker, use: "objects", options }, plain),
    /bucket: NAME\n[^]*where NAME is a bucket that they have made/,
  );
  const far = addedUserText({
    ...added,
    use: "objects",
    options: { endpoint: "https://10.0.0.1:7489" },
    caFile: "/ca.crt",
  }, plain);
  assert.match(far, /ca_file: ~\/\.config\/aero\/ca\.crt[^]*a copy of \/ca\.crt/);
  assert.ok(!far.includes("Only this machine"));
  assert.match(addedUserText(added, plain), /The server does not run/);
});

Deno.test("whoever gives one bucket only is told that data imported in place have another", () => {
  const options = { endpoint: "https://10.0.0.1:7489", bucket: "aero" };
  const added = { ...USER, credentials: {}, use: "objects", options };
  const told = (...buckets: string[]) =>
    addedUserText({
      ...added,
      grants: buckets.map((bucket) => ({ access: "read", bucket, prefix: "" })),
    }, plain).includes("--read BUCKET");

  assert.deepEqual([told("aero"), told("aero", "measurements"), told("*")], [true, false, false]);
});
