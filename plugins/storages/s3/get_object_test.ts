import assert from "node:assert/strict";
import { bytesBody, isStorageError, parseStorageKey } from "../../../core/plugin/storage.ts";
import { startPlainS3 } from "../../../tests/support/plain_s3.ts";
import { s3Context } from "../../../tests/support/s3_subject.ts";
import { s3Storage } from "./mod.ts";

const KEY = parseStorageKey("packs/a");
const BYTES = new TextEncoder().encode("0123456789");
const KEYS = { region: "here", accessKey: "k".repeat(20), secret: "s".repeat(40) };

/** What a range gives at a service that answers reads in its own way; the reason of a refusal. */
async function readAt(
  range: { readonly offset: number; readonly length?: number },
  reply: (bytes: Uint8Array<ArrayBuffer>) => Response,
): Promise<string> {
  const instead = (request: Request, key: string) =>
    request.method === "GET" && key === `bucket/${KEY}` ? reply(BYTES) : undefined;
  await using server = startPlainS3({ conditions: "501", instead });
  const { endpoint } = server;
  await using storage = await s3Storage.open(
    { endpoint, bucket: "bucket" },
    s3Context({ endpoint, ...KEYS }),
  );
  await storage.put(KEY, bytesBody(BYTES));
  try {
    return await new Response(await storage.get(KEY, { range }) as ReadableStream<Uint8Array<ArrayBuffer>>)
      .text();
  } catch (error) {
    if (isStorageError(error, "denied")) return "denied";
    throw error;
  }
}

/** Passes over the header Range. */
const whole = (bytes: Uint8Array<ArrayBuffer>) => new Response(bytes, { headers: { etag: '"x"' } });

for (
  const [what, range, result] of [
    ["a part from the beginning is refused", { offset: 0, length: 4 }, "denied"],
    ["a part from the middle is refused", { offset: 3, length: 4 }, "denied"],
    ["all from the middle on is refused", { offset: 3 }, "denied"],
    ["a range that holds the whole is the whole", { offset: 0, length: 10 }, "0123456789"],
    ["all from the beginning on is the whole", { offset: 0 }, "0123456789"],
  ] as const
) {
  Deno.test(`at a service that passes over ranges, ${what}`, async () => {
    assert.equal(await readAt(range, whole), result);
  });
}

Deno.test("another part than was asked for is refused", async () => {
  const beside = (bytes: Uint8Array<ArrayBuffer>) =>
    new Response(bytes.slice(0, 4), {
      status: 206,
      headers: { etag: '"x"', "content-range": "bytes 0-3/10" },
    });
  const longer = (bytes: Uint8Array<ArrayBuffer>) =>
    new Response(bytes.slice(3), { status: 206, headers: { etag: '"x"', "content-range": "bytes 3-9/10" } });

  assert.equal(await readAt({ offset: 3, length: 4 }, beside), "denied");
  assert.equal(await readAt({ offset: 3, length: 4 }, longer), "denied");
});
