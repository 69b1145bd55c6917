import assert from "node:assert/strict";
import { readMessage } from "./json_body.ts";
import type { Refusal } from "./refusal.ts";

function post(body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>): Request {
  return new Request("http://run/api", { method: "POST", body });
}

Deno.test("readMessage() reads numbers as Python's encoder writes them, but not inside texts", async () => {
  const message = await readMessage(
    post(`{"a":NaN,"b":Infinity,"c":-Infinity,"d":"NaN \\" Infinity","list":[{"e":NaN}]}`),
  );

  assert.deepEqual(["a", "b", "c"].map((name) => message.wantedNumber(name)), [NaN, Infinity, -Infinity]);
  assert.equal(message.text("d"), 'NaN " Infinity');
  assert.deepEqual(message.messages("list").map((item) => item.wantedNumber("e")), [NaN]);
});

Deno.test("readMessage() reads a query, in which a name may come several times", async () => {
  const message = await readMessage(new Request("http://run/api?a=1&b=x&b=y&c="));

  assert.equal(message.integer("a"), 1);
  assert.deepEqual(message.texts("b"), ["x", "y"]);
  assert.equal(message.text("c"), "");
  assert.equal(message.text("d"), undefined);
});

for (const body of ["[]", "1", "{", '"text', '{"a":NaN', "\u0000", '"\\']) {
  Deno.test(`readMessage() refuses ${JSON.stringify(body)}`, async () => {
    await assert.rejects(readMessage(post(body)), { name: "Refusal", status: 400 });
  });
}

Deno.test("readMessage() refuses what is too large without keeping it", async () => {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent++ > 40) controller.close();
      else controller.enqueue(new Uint8Array(1024 * 1024).fill(32));
    },
  });

  await assert.rejects(readMessage(post(body)), ({ status, errorCode }: Refusal) => {
    assert.deepEqual([status, errorCode], [400, "INVALID_PARAMETER_VALUE"]);
    return true;
  });
  assert.ok(sent < 40, `${sent} MiB were read`);
});

Deno.test("readMessage() refuses what breaks off", async () => {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"a":1'));
      controller.error(new TypeError("gone"));
    },
  });

  await assert.rejects(readMessage(post(body)), { errorCode: "BAD_REQUEST" });
});

Deno.test("a message refuses fields of another kind, and names them", async () => {
  const message = await readMessage(
    post(
      `{"text":1,"integer":1.5,"number":"x1","list":{"a":1},"surrogate":"\\ud800","zero":null,"empty":""}`,
    ),
  );

  for (
    const read of [
      () => message.text("text"),
      () => message.text("surrogate"),
      () => message.integer("integer"),
      () => message.wantedNumber("number"),
      () => message.messages("list"),
      () => message.texts("integer"),
      () => message.wantedMessage("text"),
    ]
  ) assert.throws(read, { name: "Refusal", errorCode: "INVALID_PARAMETER_VALUE" }, String(read));
  assert.throws(() => message.text("text"), /'text'/);
  assert.throws(() => message.wantedText("zero"), /Missing value for required parameter 'zero'/);
  assert.throws(() => message.wantedText("empty"), /Missing value for required parameter 'empty'/);
  assert.equal(message.integer("zero"), undefined);
});
