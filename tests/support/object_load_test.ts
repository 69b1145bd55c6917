import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { ObjectLoad } from "./object_load.ts";

/** A server that keeps single objects in memory and checks nothing. */
class ForgetfulServer implements AsyncDisposable {
  readonly objects = new Map<string, Uint8Array>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => this.#answer(request),
    );
  }

  get address() {
    const endpoint = `http://127.0.0.1:${this.#server.addr.port}`;
    return { endpoint, region: "here", accessKey: "key", secret: "secret" };
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const body = new Uint8Array(await request.arrayBuffer());
    const etag = `"${createHash("md5").update(body).digest("hex")}"`;
    if (searchParams.has("uploads")) return new Response("<UploadId>1</UploadId>");
    if (request.method === "POST") return new Response("<ETag>1</ETag>", { status: 503 });
    if (request.method === "PUT") {
      if (!searchParams.has("uploadId")) this.objects.set(pathname, body);
      return new Response(undefined, { headers: { etag } });
    }
    if (request.method === "DELETE") {
      if (!searchParams.has("uploadId")) this.objects.delete(pathname);
      return new Response(undefined, { status: 204 });
    }
    const held = this.objects.get(pathname);
    if (pathname === "/bucket") return new Response("<ListBucketResult/>");
    return held === undefined ? new Response("", { status: 404 }) : new Response(Buffer.from(held));
  }

  async [Symbol.asyncDispose]() {
    await this.#server.shutdown();
  }
}

/** A load that has made some hundred requests, and one key that holds something. */
async function loaded(server: ForgetfulServer) {
  const load = new ObjectLoad(server.address, "bucket", "lane", 7);
  let steps = 0;
  await load.run(() => steps++ === 300);
  const [key] = [...load.held].find(([, held]) => held.length === 1 && held[0] !== "nothing")!;
  return { load, key, path: `/bucket/${encodeURI(key)}` };
}

Deno.test("a load finds all that it wrote in a server that keeps it", async () => {
  await using server = new ForgetfulServer();
  const { load } = await loaded(server);
  using _ = load;

  for (const key of load.held.keys()) await load.look(key);

  assert(load.done.put! > 50 && load.done.get! > 50 && load.done.delete! > 10);
});

for (
  const [what, spoil] of [
    ["lost", (objects, path) => void objects.delete(path)],
    ["older", (objects, path) => void objects.set(path, new Uint8Array(10))],
    ["cut", (objects, path) => void objects.set(path, objects.get(path)!.subarray(1))],
    ["changed", (objects, path) => void (objects.get(path)![0]! ^= 1)],
  ] as const satisfies [string, (objects: Map<string, Uint8Array>, path: string) => void][]
) {
  Deno.test(`a load finds an acknowledged write that is ${what}`, async () => {
    await using server = new ForgetfulServer();
    const { load, key, path } = await loaded(server);
    using _ = load;
    spoil(server.objects, path);

    await assert.rejects(load.look(key), assert.AssertionError);
  });
}
