import assert from "node:assert/strict";
import type { App } from "../app.ts";
import { UserError } from "../errors.ts";
import { differences, portOf, type ServeOptions, settingsOf } from "./server_settings.ts";

// Paths are read against the working directory, and nothing else is asked
const app = { io: { cwd: "/home/me" } } as unknown as App;
const settings = (options: Partial<ServeOptions> = {}) => settingsOf(app, { insecure: false, ...options });
const told = (asked: Partial<ServeOptions>, runs: Partial<ServeOptions> = {}) =>
  differences(app, { insecure: false, ...asked }, settings(runs));

Deno.test("what is left open is filled in, and files are found from where the person is", () => {
  assert.deepEqual(settings({ over: "data/", tlsCert: "c.pem", tlsKey: "/k.pem" }), {
    hostname: "127.0.0.1",
    port: 7489,
    profile: "local",
    bucket: "aero",
    region: "us-east-1",
    uploadDays: 7,
    tls: { certificate: "/home/me/c.pem", key: "/k.pem" },
    over: "/home/me/data",
  });
});

for (
  const options of [{ tlsCert: "c" }, { tlsKey: "k" }, {
    tls: "self-signed",
    tlsCert: "c",
    tlsKey: "k",
  }] as const
) {
  Deno.test(`${JSON.stringify(options)} choose no certificate`, () => {
    assert.throws(
      () => settings(options),
      (error) => error instanceof UserError && error.code === "flags_conflict",
    );
  });
}

const RUNS = {
  listen: "0.0.0.0:9000",
  tls: "self-signed",
  over: "/data",
  bucket: "b",
  profile: "p",
  region: "r",
} as const;
const SAME: readonly Partial<ServeOptions>[] = [
  {},
  RUNS,
  { listen: "0.0.0.0:0" },
  { listen: "0.0.0.0:9000", data: "/elsewhere" },
  { over: "/data/" },
];
for (const asked of SAME) {
  Deno.test(`a server that runs otherwise than by default is as ${JSON.stringify(asked)} asks`, () => {
    assert.deepEqual(told(asked, RUNS), []);
  });
}

const OTHERS: readonly [Partial<ServeOptions>, string][] = [
  [{ listen: "127.0.0.1:9000" }, "--listen is 0.0.0.0:9000, not 127.0.0.1:9000"],
  [{ listen: "0.0.0.0" }, "--listen is 0.0.0.0:9000, not 0.0.0.0:7489"],
  [{ tlsCert: "c", tlsKey: "k" }, "TLS is self-signed, not by /home/me/c and /home/me/k"],
  [{ insecure: true }, "it serves over TLS, not --insecure"],
  [{ over: "data" }, "--over is /data, not /home/me/data"],
  [{ bucket: "aero" }, "--bucket is b, not aero"],
  [{ profile: "local" }, "--profile is p, not local"],
  [{ region: "here" }, "--region is r, not here"],
  [{ uploadDays: 30 }, "--upload-days is 7, not 30"],
];
for (const [asked, clause] of OTHERS) {
  Deno.test(`${JSON.stringify(asked)} is not so: ${clause}`, () => {
    assert.deepEqual(told(asked, RUNS), [clause]);
  });
}

Deno.test("over a storage or TLS is asked for in vain of a server with neither", () => {
  assert.deepEqual(told({ tls: "self-signed", over: "/data" }), [
    "TLS is off, not self-signed",
    "--over is not given, not /data",
  ]);
});

Deno.test("the port of a URL is that of its scheme where it names none", () => {
  assert.deepEqual(["https://a", "http://a", "http://[::1]:9"].map(portOf), [443, 80, 9]);
});
