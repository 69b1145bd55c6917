import assert from "node:assert/strict";
import { openBlackHole } from "../../../tests/support/black_hole.ts";
import { FetchHandler } from "./http_handler.ts";
import { NobodyThereError, StalledError } from "./stalled_error.ts";

const HOUR_MS = 3600_000;

/** A handler that has patience for an hour, but for what is said. */
function handlerWith(
  patience: { readonly connectMs?: number; readonly firstReplyMs?: number; readonly idleMs?: number },
) {
  const client = Deno.createHttpClient({});
  const handler = new FetchHandler({
    client,
    idleMs: HOUR_MS,
    firstReplyMs: HOUR_MS,
    isDirect: true,
    onReply: () => {},
    ...patience,
  });
  const place = { protocol: "http:", hostname: "127.0.0.1", path: "/", headers: {} };
  return {
    get: (port: number, abortSignal = new AbortController().signal) =>
      handler.handle({ ...place, method: "GET", port }, { abortSignal }),
    putPart: (port: number, bytes: number) =>
      handler.handle({
        ...place,
        method: "PUT",
        port,
        query: { partNumber: String(bytes) },
        body: new Uint8Array(bytes),
      }),
    [Symbol.dispose]() {
      handler.destroy();
      client.close();
    },
  };
}

/** A server that answers the first request at once, and the next when it is told to. */
function hesitant() {
  const goOn = Promise.withResolvers<void>();
  let requests = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async () => {
    if (requests++ > 0) await goOn.promise;
    return new Response("here");
  });
  return { port: server.addr.port, goOn, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("where packets are dropped, a request ends when no connection could be made", async () => {
  await using hole = await openBlackHole();
  using handler = handlerWith({ connectMs: 200 });

  await assert.rejects(
    handler.get(hole.port),
    (error) => error instanceof NobodyThereError && error.message === "no connection was made within 0.2 s",
  );
});

Deno.test("an abort ends a request where packets are dropped", async () => {
  await using hole = await openBlackHole();
  using handler = handlerWith({ connectMs: HOUR_MS });
  const stop = new AbortController();
  const request = handler.get(hole.port, stop.signal);

  stop.abort(new DOMException("stop", "AbortError"));

  await assert.rejects(request, { message: "stop" });
});

Deno.test("a service that takes connections may take longer for its reply than for a connection", async () => {
  const connectMs = 800;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async () => {
    await new Promise((resolve) => setTimeout(resolve, connectMs + 100));
    return new Response();
  });
  using handler = handlerWith({ connectMs });

  const { response } = await handler.get(server.addr.port);

  await response.body.cancel();
  assert.equal(response.statusCode, 200);
  await server.shutdown();
});

Deno.test("the patience for a first reply is not that for later ones", async () => {
  await using server = hesitant();
  using handler = handlerWith({ firstReplyMs: 2000, connectMs: 2000 });
  const first = await handler.get(server.port);
  await first.response.body.cancel();

  const second = handler.get(server.port);
  setTimeout(() => server.goOn.resolve(), 0);

  const { response } = await second;
  await response.body.cancel();
  assert.equal(response.statusCode, 200);
});

Deno.test("who has not answered at all is waited for no longer than for a first reply", async () => {
  await using hole = await openBlackHole();
  using handler = handlerWith({ firstReplyMs: 100 });

  await assert.rejects(
    handler.get(hole.port),
    (error) => error instanceof StalledError && error.message === "no reply came",
  );
});

Deno.test("a body that has a part of a slow link only is waited for as long as all that are on it take", async () => {
  // At the least speed, the small one takes a second if it is alone, and both take most of two minutes.
  const small = 64 * 1024, large = 100 * small;
  const largeCame = Promise.withResolvers<void>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    if ((await request.arrayBuffer()).byteLength === large) largeCame.resolve();
    else {
      await largeCame.promise;
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
    return new Response();
  });
  using handler = handlerWith({ idleMs: 1 });

  const replies = await Promise.all([small, large].map((bytes) => handler.putPart(server.addr.port, bytes)));

  for (const { response } of replies) await response.body.cancel();
  await server.shutdown();
  assert.deepEqual(replies.map(({ response }) => response.statusCode), [200, 200]);
});
