import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { isLoopback, parseListenAddress } from "./listen_address.ts";

const READ: readonly [text: string, hostname: string, port: number][] = [
  ["127.0.0.1:80", "127.0.0.1", 80],
  ["0.0.0.0", "0.0.0.0", 7489],
  ["[::1]:80", "::1", 80],
  ["[::]", "::", 7489],
  ["::1", "::1", 7489],
  ["localhost:0", "localhost", 0],
  [":80", "127.0.0.1", 80],
  ["80", "127.0.0.1", 80],
];
for (const [text, hostname, port] of READ) {
  Deno.test(`--listen ${text} is ${hostname}, port ${port}`, () => {
    assert.deepEqual(parseListenAddress(text), { hostname, port });
  });
}

for (const text of ["", "a:b", "127.0.0.1:70000", "[::1", "1:2:x", "host:80:90"]) {
  Deno.test(`--listen ${JSON.stringify(text)} is refused`, () => {
    assert.throws(
      () => parseListenAddress(text),
      (error) => error instanceof UserError && error.code === "flag_value_invalid",
    );
  });
}

Deno.test("only addresses that no other machine reaches are loopback", () => {
  for (const hostname of ["localhost", "127.0.0.1", "127.1.2.3", "::1"]) {
    assert.ok(isLoopback(hostname), hostname);
  }
  for (const hostname of ["0.0.0.0", "::", "192.168.0.1", "127.0.0.1.example.org", "localhost.example.org"]) {
    assert.ok(!isLoopback(hostname), hostname);
  }
});
