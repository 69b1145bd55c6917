import assert from "node:assert/strict";
import { AeroError } from "../../../core/errors.ts";
import { httpSource } from "./mod.ts";

type Handler = (request: Request) => Response | Promise<Response>;

const CONTEXT = {
  signal: new AbortController().signal,
  now: () => new Date(0),
  variable: () => undefined,
  log: () => {},
  dataDirectory: "/nowhere",
};

async function serving(handler: Handler, body: (base: string) => Promise<void>): Promise<void> {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
  await body(`http://127.0.0.1:${server.addr.port}`);
}

const open = (address: string) => httpSource.open(new URL(address), {}, CONTEXT);

function withCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof AeroError && error.code === code;
}

async function read(stream: ReadableStream<Uint8Array>): Promise<string> {
  return await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).text();
}

Deno.test("a file on a web server is listed by its name, size and entity tag, and read", async () => {
  const asked: string[] = [];
  await serving((request) => {
    asked.push(`${request.method} ${request.headers.get("accept-encoding")}`);
    return new Response("a,b\n", { headers: { etag: '"one"', "content-length": "4" } });
  }, async (base) => {
    await using source = await open(`${base}/data/co%C3%BBnts.csv?year=2011`);

    const [file] = await Array.fromAsync(source.list());
    const text = await read(await source.open(file!));

    assert.deepEqual(file, {
      path: "coûnts.csv",
      url: `${base}/data/co%C3%BBnts.csv?year=2011`,
      size: 4,
      etag: '"one"',
    });
    assert.equal(text, "a,b\n");
    assert.deepEqual(asked, ["HEAD identity", "GET identity"]);
    assert.equal(source.keepsVersions, false);
  });
});

Deno.test("a server that knows no HEAD is asked for the file", async () => {
  await serving(
    (request) =>
      request.method === "HEAD"
        ? new Response(null, { status: 405 })
        : new Response("x", { headers: { "last-modified": "Sat, 01 Jan 2011 00:00:00 GMT" } }),
    async (base) => {
      await using source = await open(`${base}/x`);

      const [file] = await Array.fromAsync(source.list());

      assert.equal(file!.etag, "Sat, 01 Jan 2011 00:00:00 GMT");
    },
  );
});

Deno.test("a file that changed since it was listed is not read for what was listed", async () => {
  let etag = '"one"';
  await serving(() => new Response("x", { headers: { etag } }), async (base) => {
    await using source = await open(`${base}/x`);
    const [file] = await Array.fromAsync(source.list());
    etag = '"two"';

    await assert.rejects(source.open(file!), withCode("source_changed"));
  });
});

for (
  const [status, code] of [
    [404, "source_missing"],
    [403, "source_denied"],
    [503, "source_unavailable"],
    [418, "source_invalid"],
  ] as const
) {
  Deno.test(`an answer of ${status} is ${code}`, async () => {
    await serving(() => new Response("no", { status }), async (base) => {
      await using source = await open(`${base}/x`);

      await assert.rejects(Array.fromAsync(source.list()), withCode(code));
      await assert.rejects(source.open({ url: `${base}/x` }), withCode(code));
    });
  });
}

Deno.test("a server that is not there is source_unavailable, and it is told why it was not reached", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  await using source = await open(`http://127.0.0.1:${port}/x`);

  await assert.rejects(Array.fromAsync(source.list()), (error) => {
    assert(error instanceof AeroError && error.code === "source_unavailable");
    assert.match(error.report.why!, /^client error \(Connect\): .*refused/);
    return true;
  });
});

Deno.test("a connection that breaks midway is source_unavailable", async () => {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const answered = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(4096));
    await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"));
  })();
  await using source = await open(`http://127.0.0.1:${listener.addr.port}/x`);

  const stream = await source.open({ url: `http://127.0.0.1:${listener.addr.port}/x` });

  await assert.rejects(read(stream), withCode("source_unavailable"));
  await answered;
});

for (const path of ["/", "/data/", "/%2e%2e", "/a%2Fb", "/%ff"]) {
  Deno.test(`the path ${path} names no file`, async () => {
    await assert.rejects(async () => await open(`http://127.0.0.1${path}`), withCode("source_invalid"));
  });
}
