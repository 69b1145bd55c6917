import assert from "node:assert/strict";
import { FreshUser } from "../support/fresh_user.ts";

const LARGE = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251);
const SMALL = new TextEncoder().encode("a small object, which lies in the database ".repeat(20));

/** A user whose server has a large and a small object, and was stopped. */
async function stopped(): Promise<FreshUser> {
  const user = new FreshUser();
  const aero = await user.up();
  {
    using client = user.client();
    await client.request({ method: "PUT", path: "/aero/large", body: LARGE });
    await client.request({ method: "PUT", path: "/aero/small", body: SMALL });
  }
  aero.kill("SIGTERM");
  await aero.end();
  return user;
}

const database = (user: FreshUser) => `${user.server}/objects/engine.db`;

function flip(path: string, at: number): void {
  const bytes = Deno.readFileSync(path);
  bytes[at]! ^= 1;
  Deno.writeFileSync(path, bytes);
}

const DATABASES: readonly [string, (path: string) => void, RegExp][] = [
  ["missing", (path) => Deno.removeSync(path), /engine\.db, which says what is stored, is missing/],
  ["empty", (path) => Deno.truncateSync(path), /engine\.db, which says what is stored, is empty/],
  ["cut in half", (path) => Deno.truncateSync(path, Deno.statSync(path).size / 2), /malformed|damaged/],
  ["of wrong bytes", (path) => {
    const bytes = Deno.readFileSync(path);
    bytes.fill(0xa5, 4096);
    Deno.writeFileSync(path, bytes);
  }, /malformed|damaged/],
  ["no database", (path) => Deno.writeFileSync(path, LARGE), /not a database/],
];
for (const [what, damage, told] of DATABASES) {
  Deno.test(`a server whose database is ${what} does not start, says so, and touches nothing`, async () => {
    await using user = await stopped();
    const kept = Deno.readFileSync(database(user));
    damage(database(user));

    const { code, err } = await user.run("storage", "up", "--detach", "--listen", "127.0.0.1:0");

    assert.equal(code, 4, err);
    assert.match(err, told);
    Deno.writeFileSync(database(user), kept);
    await user.up();
    using client = user.client();
    assert.deepEqual((await client.request({ method: "GET", path: "/aero/large" })).body, LARGE);
    assert.deepEqual((await client.request({ method: "GET", path: "/aero/small" })).body, SMALL);
  });
}

/** The one file of a body. */
function bodyFile(user: FreshUser): string {
  const folder = `${user.server}/objects/bodies`;
  const [first] = [...Deno.readDirSync(folder)];
  const [file] = [...Deno.readDirSync(`${folder}/${first!.name}`)];
  return `${folder}/${first!.name}/${file!.name}`;
}

const BODIES: readonly [string, string, (user: FreshUser) => void][] = [
  ["file is missing", "large", (user) => Deno.removeSync(bodyFile(user))],
  ["file is cut in its first block", "large", (user) => Deno.truncateSync(bodyFile(user), 1000)],
  ["file has one wrong bit", "large", (user) => flip(bodyFile(user), 5)],
  ["bytes in the database have one wrong bit", "small", (user) => {
    const bytes = Deno.readFileSync(database(user));
    const at = new TextDecoder("latin1").decode(bytes).indexOf("which lies in the database");
    flip(database(user), at);
  }],
];
for (const [what, key, damage] of BODIES) {
  Deno.test(`an object whose ${what} is told as damaged, after a restart too, and the others are served`, async () => {
    await using user = await stopped();
    damage(user);
    const other = key === "large" ? "small" : "large";

    for (let round = 0; round < 2; round++) {
      const aero = await user.up();
      using client = user.client();
      const { status, headers, body } = await client.request({ method: "GET", path: `/aero/${key}` });
      const list = await client.request({ method: "GET", path: "/aero" });
      const whole = await client.request({ method: "GET", path: `/aero/${other}` });

      assert.equal(status, 500);
      assert.equal(headers.get("x-aero-damaged"), "true");
      assert.match(new TextDecoder().decode(body), /The object is damaged/);
      assert.match(new TextDecoder().decode(list.body), /<Key>large<[^]*<Key>small</);
      assert.deepEqual(whole.body, other === "large" ? LARGE : SMALL);
      aero.kill("SIGTERM");
      await aero.end();
    }
  });
}

Deno.test("an object that is damaged past its first blocks breaks off, and gives no wrong byte", async () => {
  await using user = await stopped();
  flip(bodyFile(user), 250_000);
  await user.up();
  using client = user.client();

  await assert.rejects(client.request({ method: "GET", path: "/aero/large" }), Deno.errors.ConnectionReset);
});

Deno.test("what aero stored and the server lost is named by fsck", async () => {
  await using user = new FreshUser();
  const aero = await user.up();
  Deno.writeTextFileSync(`${user.home}/aero.yaml`, "project: p\nstorage: { use: s3, profile: local }\n");
  Deno.writeFileSync(
    `${user.home}/data.bin`,
    Uint8Array.from({ length: 2_000_000 }, (_, i) => (i * i) % 253),
  );
  assert.equal((await user.run("data", "add", "data.bin", "--name", "data")).code, 0);
  aero.kill("SIGTERM");
  await aero.end();
  flip(bodyFile(user), 100);
  // What is here already would mend it.
  await Deno.remove(`${user.home}/.cache`, { recursive: true });
  await user.up();

  const { code, out, err } = await user.run("storage", "fsck");

  assert.notEqual(code, 0);
  assert.match(`${out}${err}`, /damaged[^]*data/);
});
