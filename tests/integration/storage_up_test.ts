import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { storageDown } from "../../core/commands/storage_down.ts";
import { storageStatus } from "../../core/commands/storage_status.ts";
import { storageUp } from "../../core/commands/storage_up.ts";
import { storageUserAdd } from "../../core/commands/storage_user_add.ts";
import { storageUserList } from "../../core/commands/storage_user_list.ts";
import { storageUserRemove } from "../../core/commands/storage_user_remove.ts";
import { ownCertificate } from "../../plugins/object_server/certificate.ts";
import { signRequest } from "../../plugins/s3_protocol/sign_request.ts";
import { untilHolds } from "../support/aero_process.ts";
import { FreshUser } from "../support/fresh_user.ts";
import { subjectOrSkip } from "../support/must_run.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("storage up serves a fresh user at once, tells of each request, and ends by an interrupt", async () => {
  await using user = new FreshUser();
  const aero = await user.up();
  const connection = user.connection();
  using client = user.client();

  const put = await client.request({ method: "PUT", path: "/aero/a b/ü", body: bytes("hello") });
  const got = await client.request({ method: "GET", path: "/aero/a b/ü" });
  const anonymous = await fetch(`${connection.endpoint}/aero/a`);
  await anonymous.body?.cancel();
  const healthy = await (await fetch(`${connection.endpoint}/-/healthy`)).text();
  const metrics = await (await fetch(`${connection.endpoint}/-/metrics`)).text();
  client.close();
  aero.kill("SIGINT");
  const { code, out, err } = await aero.end();

  assert.deepEqual([put.status, got.status, new TextDecoder().decode(got.body)], [200, 200, "hello"]);
  assert.deepEqual([anonymous.status, healthy], [403, "ok\n"]);
  assert.match(metrics, /requests_total\{operation="PutObject",status="200"\} 1/);
  assert.equal(code, 0, err);
  assert.match(out, /^serving {2}http:\/\/127\.0\.0\.1:\d+ /);
  assert.match(out, / 200 {2}PutObject +\/aero\/a b\/ü {2}5 B in, .*admin\n/);
  assert.match(out, / 403 {2}GetObject +\/aero\/a {2}.*nobody, AccessDenied\n/);
  assert.match(out, /\nstopped /);
  assert.ok(!`${out}${err}`.includes(connection.secret));
  assert.throws(() => Deno.statSync(`${user.server}/server.json`), Deno.errors.NotFound);
  assert.equal(Deno.statSync(`${user.home}/.config/aero/credentials`).mode! & 0o777, 0o600);
  assert.equal(Deno.statSync(user.server).mode! & 0o077, 0);
});

Deno.test("aero's own storage is served at once by the profile that was written", async () => {
  await using user = new FreshUser();
  await user.up();
  await Deno.writeTextFile(`${user.home}/aero.yaml`, "project: p\nstorage: { use: s3, profile: local }\n");

  const check = await user.run("storage", "check", "--only", "writers");

  assert.equal(check.code, 0, `${check.out}${check.err}`);
});

Deno.test("after kill -9 the same command serves the same data to the same keys", async () => {
  await using user = new FreshUser();
  const first = await user.up();
  const before = user.connection();
  {
    using client = user.client();
    await client.request({ method: "PUT", path: "/aero/k", body: bytes("kept") });
  }
  first.kill("SIGKILL");
  await first.end();
  assert.equal((await user.run("storage", "status")).code, 4);

  await user.up();
  using client = user.client();
  const { body } = await client.request({ method: "GET", path: "/aero/k" });

  assert.equal(new TextDecoder().decode(body), "kept");
  const after = user.connection();
  assert.deepEqual([after.accessKey, after.secret], [before.accessKey, before.secret]);
});

Deno.test("in the background it outlives the command, and storage down ends it", async () => {
  await using user = new FreshUser();

  const up = await user.run("storage", "up", "--detach", "--listen", "127.0.0.1:0");
  const again = await user.run("storage", "up", "--json", "--listen", "127.0.0.1:0");
  const status = await user.run("storage", "status", "--json");
  const down = await user.run("storage", "down");
  const after = await user.run("storage", "status");

  assert.equal(up.code, 0, up.err);
  assert.match(again.err, /It runs already/);
  const { state, url } = JSON.parse(status.out);
  assert.deepEqual([status.code, state, url], [0, "running", JSON.parse(again.out).url]);
  assert.equal(down.code, 0, down.err);
  assert.equal(after.code, 4);
  await assert.rejects(fetch(url));
});

Deno.test("the log of a server in the background is put aside while it runs, when it has grown", async () => {
  await using user = new FreshUser();
  await user.run("storage", "up", "--detach", "--listen", "127.0.0.1:0");
  const log = `${user.server}/server.log`;
  // As after half a million requests; the file has a hole.
  Deno.truncateSync(log, 65 * 1024 * 1024);

  using client = user.client();
  await untilHolds("the log is put aside", async () => {
    await client.request({ method: "GET", path: "/aero" });
    return Deno.statSync(`${log}.1`).size > 64 * 1024 * 1024;
  });
  await client.request({ method: "GET", path: "/aero/later" });

  await untilHolds("the log goes on", () => /GetObject +\/aero\/later/.test(Deno.readTextFileSync(log)));
  assert.ok(Deno.statSync(log).size < 1024 * 1024);
});

Deno.test("a server that cannot start in the background says why", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using user = new FreshUser();

  const { code, err } = await user.run(
    "storage",
    "up",
    "--detach",
    "--listen",
    `127.0.0.1:${listener.addr.port}`,
  );

  assert.equal(code, 4);
  assert.match(err, /another program listens there/);
  assert.match(err, /hint: choose another port/);
});

Deno.test("a server in the background whose log cannot be written says so", async () => {
  await using user = new FreshUser();
  await Deno.mkdir(`${user.server}/server.log`, { recursive: true });

  const { code, err } = await user.run("storage", "up", "--detach", "--listen", "127.0.0.1:0");

  assert.equal(code, 4);
  assert.match(err, /server\.log/);
  assert.doesNotMatch(err, /without a word/);
});

Deno.test("a server in a directory of its own is stopped by the line that is printed", async () => {
  await using user = new FreshUser();
  const data = `${user.home}/my data`;

  const up = await user.run("storage", "up", "--detach", "--listen", "127.0.0.1:0", "--data", data);
  const other = await user.run("storage", "up", "--data", data, "--bucket", "other");
  const line = `aero storage down --data '${data}'`;
  const down = await user.run("storage", "down", "--data", data);

  assert.equal(up.code, 0, up.err);
  assert.ok(up.out.includes(`It stops by: ${line}`), up.out);
  assert.ok(up.out.includes(`aero storage user add NAME --data '${data}'`), up.out);
  assert.ok(other.err.includes(`\`${line}\``), other.err);
  assert.equal(down.code, 0, down.err);
  assert.doesNotMatch(down.err, /not running/);
});

Deno.test("a second server over the same data is refused", async () => {
  await using user = new FreshUser();
  const first = await user.up();
  // Without it the second has to find out by the data itself.
  await Deno.remove(`${user.server}/server.json`);

  const { code, err } = await user.run("storage", "up", "--listen", "127.0.0.1:0");

  assert.equal(code, 4, err);
  assert.match(err, /another object server has it open/);
  first.kill("SIGTERM");
  assert.equal((await first.end()).code, 0);
});

Deno.test("users have their own keys, do what they may, and nothing once they are removed", async () => {
  await using user = new FreshUser();
  await user.up();
  using admin = user.client();
  await admin.request({ method: "PUT", path: "/aero/open/k", body: bytes("1") });

  const added = await user.run(
    "storage",
    "user",
    "add",
    "ana",
    "--read",
    "aero/open/",
    "--write",
    "aero/ana/",
    "--json",
  );
  const maker = await user.run("storage", "user", "add", "eve", "--write", "@owned", "--json");
  const [ana, eve] = [added, maker].map(({ out }) => {
    const { credentials, options } = JSON.parse(out);
    const { aws_access_key_id: accessKey, aws_secret_access_key: secret } = credentials;
    return user.client({ endpoint: options.endpoint, accessKey, secret });
  });
  using clients = new DisposableStack();
  clients.use(ana);
  clients.use(eve);
  const status = async (method: string, path: string, client = ana!) =>
    (await client.request({
      method,
      path,
      ...(method === "PUT" && path !== "/eves" ? { body: bytes("2") } : {}),
    })).status;

  assert.equal(await status("GET", "/aero/open/k"), 200);
  assert.equal(await status("PUT", "/aero/open/k"), 403);
  assert.equal(await status("PUT", "/aero/ana/k"), 200);
  assert.equal(await status("GET", "/aero/other"), 403);
  assert.equal(await status("GET", "/"), 200);
  // Who has buckets of their own makes them, and sees no others.
  assert.equal(await status("PUT", "/eves", eve), 200);
  assert.equal(await status("PUT", "/eves/k", eve), 200);
  assert.equal(await status("GET", "/aero/open/k", eve), 403);
  assert.match((await user.run("storage", "user", "list")).out, /eve {2}reads and writes buckets that they/);
  assert.equal((await user.run("storage", "user", "remove", "ana")).code, 0);
  assert.equal(await status("GET", "/aero/open/k"), 403);
});

Deno.test("over TLS with a certificate of its own it is trusted by the file that is named", async () => {
  await using user = new FreshUser();
  const aero = await user.up("--tls", "self-signed");
  const { endpoint, accessKey, secret, caFile } = user.connection();
  using client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(caFile!)] });
  const headers = signRequest(
    { method: "GET", path: "/aero", query: "", headers: [["host", new URL(endpoint).host]] },
    "UNSIGNED-PAYLOAD",
    { accessKeyId: accessKey, secretKey: secret, region: "us-east-1", at: Date.now() },
  );

  const reply = await fetch(`${endpoint}/aero`, {
    client,
    headers: headers.map(([name, value]) => [name, value]),
  });
  await reply.body?.cancel();
  const status = await user.run("storage", "status");
  aero.kill("SIGTERM");
  const { out } = await aero.end();

  assert.match(endpoint, /^https:/);
  assert.equal(reply.status, 200);
  assert.equal(status.code, 0, status.err);
  assert.match(out, /certificate {2}SHA-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}\n/);
});

Deno.test("with a certificate of a group's own authority it is reached by the name that this is for", async () => {
  await using user = new FreshUser();
  const { cert, own } = await ownCertificate(`${user.home}/tls`, ["localhost"], Date.now());
  Deno.writeTextFileSync(`${user.home}/chain.pem`, cert + Deno.readTextFileSync(own.caFile));
  await user.up("--tls-cert", "chain.pem", "--tls-key", "tls/server.key");
  Deno.writeTextFileSync(`${user.home}/aero.yaml`, "project: p\nstorage: { use: s3, profile: local }\n");

  const status = await user.run("storage", "status");
  const check = await user.run("storage", "check", "--only", "a range gives");

  assert.match(user.connection().endpoint, /^https:\/\/localhost:\d+$/);
  assert.equal(status.code, 0, status.out);
  assert.equal(check.code, 0, `${check.out}${check.err}`);
});

Deno.test("what a local storage has is shared as it is, and what is stored through the server lies in it", async () => {
  await using user = new FreshUser();
  const config = (storage: string) =>
    Deno.writeTextFileSync(`${user.home}/aero.yaml`, `project: p\nstorage: ${storage}\n`);
  const aero = async (...args: string[]) => {
    const { code, out, err } = await user.run(...args);
    assert.equal(code, 0, `${args.join(" ")}\n${out}${err}`);
    return out;
  };
  const local = `{ use: local, path: "${user.home}/shared" }`;
  for (const name of ["one", "two"]) Deno.writeTextFileSync(`${user.home}/${name}.txt`, `${name}\n`);
  config(local);
  await aero("data", "add", "one.txt", "--name", "first");

  await user.up("--over", "shared");
  config("{ use: s3, profile: local }");
  const listed = await aero("artifact", "list");
  await aero("data", "add", "two.txt", "--name", "second");
  config(local);

  assert.match(listed, /first/);
  assert.match(await aero("artifact", "list"), /second/);
  await aero("storage", "fsck");
});

Deno.test("keys that a directory cannot have are refused as the client's to change", async () => {
  await using user = new FreshUser();
  Deno.mkdirSync(`${user.home}/shared`);
  await user.up("--over", "shared");
  using client = user.client();
  const status = async (method: string, key: string) =>
    (await client.request({
      method,
      path: `/aero/${key}`,
      ...(method === "PUT" ? { body: bytes("1") } : {}),
    }))
      .status;

  assert.equal(await status("PUT", "a"), 200);
  assert.equal(await status("PUT", "folder/b"), 200);

  for (const key of ["a/b", "folder", "tmp/c"]) assert.equal(await status("PUT", key), 403, key);
  for (const key of ["x".repeat(300), "a//b", "ü", "../c"]) assert.equal(await status("PUT", key), 400, key);
  for (const key of ["a/b", "folder", "tmp/c", "x".repeat(300)]) {
    assert.equal(await status("GET", key), 404, key);
    assert.equal(await status("DELETE", key), 204, key);
  }
});

Deno.test("an upload that was begun a week ago, and left, is dropped at the next start", async () => {
  await using user = new FreshUser();
  const first = await user.up();
  {
    using client = user.client();
    for (const key of ["left", "late"]) {
      assert.equal(
        (await client.request({ method: "POST", path: `/aero/${key}`, query: { uploads: "" } })).status,
        200,
      );
    }
  }
  first.kill("SIGTERM");
  await first.end();
  {
    using database = new DatabaseSync(`${user.server}/objects/engine.db`);
    database.exec("UPDATE upload SET created_at = created_at - 8 * 86400000 WHERE key = 'left'");
  }

  await user.up();
  using client = user.client();
  const uploads = async () => {
    const { body } = await client.request({ method: "GET", path: "/aero", query: { uploads: "" } });
    return [...new TextDecoder().decode(body).matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key);
  };

  await untilHolds("the upload is dropped", async () => !(await uploads()).includes("left"));
  assert.deepEqual(await uploads(), ["late"]);
});

Deno.test("the examples of these commands do what they say", async () => {
  await using user = new FreshUser();
  const commands = [storageStatus, storageUserAdd, storageUserList, storageUserRemove, storageDown];
  const type = async (line: string) => {
    const [aero, ...args] = line.replace("--listen 0.0.0.0", "--listen 0.0.0.0:0").split(" ");
    assert.equal(aero, "aero");
    const { code, out, err } = await user.run(...args);
    assert.equal(code, 0, `${line}\n${out}${err}`);
    assert.notEqual(out, "", line);
  };

  // In the foreground they last; the tests above start them so.
  for (const { run } of storageUp.examples.filter(({ run }) => run.includes("--systemd"))) await type(run);
  await type("aero storage up --detach --listen 0.0.0.0 --tls self-signed");
  for (const { examples } of commands) for (const { run } of examples) await type(run);
});

const BOTO3 = `
import boto3, sys
client = boto3.Session(profile_name="local").client("s3", endpoint_url=sys.argv[1], region_name="us-east-1")
client.put_object(Bucket="aero", Key="a b/c", Body=b"x" * 100000, Metadata={"a": "b"})
reply = client.get_object(Bucket="aero", Key="a b/c")
assert reply["Body"].read() == b"x" * 100000 and reply["Metadata"] == {"a": "b"}
assert [entry["Key"] for entry in client.list_objects_v2(Bucket="aero")["Contents"]] == ["a b/c"]
print("done")
`;

const boto3 = await subjectOrSkip("boto3", async () => {
  const { success } = await new Deno.Command("/usr/bin/python3", {
    args: ["-c", "import boto3"],
    stderr: "null",
  }).output();
  if (!success) throw new RangeError("python3 has no boto3: apt-get install python3-boto3");
  return "/usr/bin/python3";
});

Deno.test({
  name: "boto3 is served by the lines that are printed",
  ignore: "skipped" in boto3,
  async fn() {
    await using user = new FreshUser();
    await user.up();

    const { stdout, stderr } = await new Deno.Command("/usr/bin/python3", {
      args: ["-c", BOTO3, user.connection().endpoint],
      env: { ...user.env, AWS_SHARED_CREDENTIALS_FILE: `${user.home}/.config/aero/credentials` },
      clearEnv: true,
    }).output();

    assert.equal(new TextDecoder().decode(stdout), "done\n", new TextDecoder().decode(stderr));
  },
});
