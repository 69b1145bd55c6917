import assert from "node:assert/strict";
import { FreshUser } from "../support/fresh_user.ts";

Deno.test("beside a server that runs, what it does already is shown, and what it does not is refused", async () => {
  await using user = new FreshUser();
  await user.up("--bucket", "shared");
  const { port } = new URL(user.connection().endpoint);
  const up = (...args: string[]) => user.run("storage", "up", ...args);

  const same = await up("--listen", `127.0.0.1:${port}`, "--bucket", "shared", "--detach");
  const others = await Promise.all([
    up("--listen", "127.0.0.1:1"),
    up("--bucket", "other", "--detach"),
    up("--tls", "self-signed"),
    up("--over", "shared"),
    up("--profile", "lab"),
  ]);

  assert.equal(same.code, 0, same.err);
  assert.match(same.out, new RegExp(`^serving  http://127\\.0\\.0\\.1:${port} `));
  assert.deepEqual(others.map(({ code }) => code), [2, 2, 2, 2, 2]);
  const [listen, bucket, tls, over, profile] = others.map(({ err }) => err);
  assert.match(listen!, new RegExp(`--listen is 127\\.0\\.0\\.1:${port}, not 127\\.0\\.0\\.1:1`));
  assert.match(bucket!, /--bucket is shared, not other\n[^]*aero storage down/);
  assert.match(tls!, /TLS is off, not self-signed/);
  assert.match(over!, /--over is not given, not .*\/shared/);
  assert.match(profile!, /--profile is local, not lab/);
});

Deno.test("beside a server that runs, a profile that is lost is written again, with keys that open it", async () => {
  await using user = new FreshUser();
  await user.up();
  const before = user.connection();
  await Deno.remove(`${user.home}/.config/aero`, { recursive: true });

  const { code, err } = await user.run("storage", "up");
  using client = user.client();

  assert.equal(code, 0, err);
  assert.deepEqual(user.connection(), before);
  assert.equal((await client.request({ method: "GET", path: "/aero" })).status, 200);
});

Deno.test("a profile stays that of its server, until that is gone", async () => {
  await using user = new FreshUser();
  const first = await user.up();
  first.kill("SIGTERM");
  await first.end();
  const other = ["storage", "up", "--data", "other", "--listen", "127.0.0.1:0", "--detach"];

  const refused = await user.run(...other);
  await user.run("storage", "down", "--data", "other");
  await Deno.symlink(user.server, `${user.home}/link`);
  const linked = await user.run(...other.with(3, "link"));
  await user.run("storage", "down", "--data", "link");
  await Deno.remove(user.server, { recursive: true });
  const taken = await user.run(...other);
  await user.run("storage", "down", "--data", "other");

  assert.equal(refused.code, 2);
  assert.match(refused.err, /it is that of the server in .*\/server\n[^]*--profile NAME/);
  assert.equal(linked.code, 0, linked.err);
  assert.equal(taken.code, 0, taken.err);
});

Deno.test("whose keys the profile has is removed only if that is asked for twice, and gets new keys at once", async () => {
  await using user = new FreshUser();
  await user.up();
  const before = user.connection();

  const refused = await user.run("storage", "user", "remove", "admin");
  const removed = await user.run("storage", "user", "remove", "admin", "--force");
  const again = await user.run("storage", "up");
  using client = user.client();

  assert.equal(refused.code, 2);
  assert.match(refused.err, /your own projects reach the server by its keys[^]*--force/);
  assert.deepEqual([removed.code, again.code], [0, 0], again.err);
  assert.notEqual(user.connection().accessKey, before.accessKey);
  assert.equal((await client.request({ method: "GET", path: "/aero" })).status, 200);
});
