import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { presignQuery } from "../../plugins/s3_protocol/sign_request.ts";
import { ObjectClient, type ObjectServerAddress } from "../support/object_client.ts";
import { ObjectServerProcess } from "../support/object_server_process.ts";

/** In full with `AERO_TEST_LARGE=1`; else small enough for every day. */
const LARGE = Deno.env.get("AERO_TEST_LARGE") === "1";
const CONNECTIONS = LARGE ? 1000 : 200;
const OBJECT_BYTES = LARGE ? 5_000_000_000 : 200_000_000;
/** What the server may take while it serves them. */
const MOST_BYTES = 300e6;

async function begin(): Promise<ObjectServerProcess> {
  const server = await ObjectServerProcess.start();
  using client = new ObjectClient(server.address);
  assert.equal((await client.request({ method: "PUT", path: "/limits" })).status, 200);
  return server;
}

/** @returns What curl printed. */
async function curl(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("curl", {
    args: ["--silent", "--show-error", "--fail", "--noproxy", "*", ...args],
    stdout: "piped",
    stderr: "piped",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

function presigned(
  { endpoint, region, accessKey, secret }: ObjectServerAddress,
  method: string,
  path: string,
) {
  const headers = [["host", new URL(endpoint).host]] as const;
  const signer = { accessKeyId: accessKey, secretKey: secret, region, at: Date.now() };
  return `${endpoint}${path}?${presignQuery({ method, path, query: "", headers }, 3600, signer)}`;
}

Deno.test(`objects: ${CONNECTIONS} clients at once are served in bounded memory`, async () => {
  await using server = await begin();
  const body = new Uint8Array(100_000).map((_, i) => i);
  const etag = `"${createHash("md5").update(body).digest("hex")}"`;
  const clients = Array.from({ length: CONNECTIONS }, () => new ObjectClient(server.address));
  try {
    await Promise.all(clients.map((client) => client.connect()));
    await Promise.all(clients.map(async (client, i) => {
      const path = `/limits/${i}`;
      const put = await client.request({ method: "PUT", path, body });
      assert.deepEqual([put.status, put.headers.get("etag")], [200, etag]);
      const got = await client.request({ method: "GET", path });
      assert.deepEqual([got.status, got.body.length, got.headers.get("etag")], [200, body.length, etag]);
    }));
  } finally {
    for (const client of clients) client.close();
  }
  const peak = server.peakBytes();
  // deno-lint-ignore no-console -- the number is what a person who runs this wants
  console.log(`${CONNECTIONS} clients: ${Math.round(peak / 1e6)} MB at most`);
  assert(peak < MOST_BYTES, `${peak} bytes`);
});

Deno.test(`objects: clients that have sent half of a request keep nobody from being served`, async () => {
  await using server = await begin();
  const { hostname, port } = new URL(server.address.endpoint);
  using client = new ObjectClient(server.address);
  const half = client.prepare({ method: "PUT", path: "/limits/half", body: new Uint8Array(1000) }).subarray(
    0,
    -500,
  );
  const slow = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => Deno.connect({ hostname, port: Number(port) })),
  );
  try {
    await Promise.all(
      slow.map((connection, i) => connection.write(i % 2 === 0 ? half : half.subarray(0, 40))),
    );

    const put = await client.request({ method: "PUT", path: "/limits/whole", body: new Uint8Array(1000) });
    const listed = await client.request({ method: "GET", path: "/limits" });

    assert.equal(put.status, 200);
    assert.deepEqual(
      [...new TextDecoder().decode(listed.body).matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key),
      ["whole"],
    );
  } finally {
    for (const connection of slow) connection.close();
  }
});

Deno.test(`objects: one of ${OBJECT_BYTES / 1e9} GB goes in and out in bounded memory`, async () => {
  await using server = await begin();
  const directory = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "aero-limits-" });
  try {
    const file = `${directory}/large`;
    (await Deno.create(file)).close();
    await Deno.truncate(file, OBJECT_BYTES);
    const sent = await curl(
      "--upload-file",
      file,
      "--write-out",
      "%{time_total}",
      presigned(server.address, "PUT", "/limits/large"),
    );
    const url = presigned(server.address, "GET", "/limits/large");
    const got = await curl("--output", "/dev/null", "--write-out", "%{size_download} %{time_total}", url);

    const [bytes, seconds] = got.split(" ");
    assert.equal(Number(bytes), OBJECT_BYTES);
    const peak = server.peakBytes();
    // deno-lint-ignore no-console -- the numbers are what a person who runs this wants
    console.log(
      `${OBJECT_BYTES / 1e9} GB: in ${sent} s, out ${seconds} s, ${Math.round(peak / 1e6)} MB at most`,
    );
    assert(peak < MOST_BYTES, `${peak} bytes`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
