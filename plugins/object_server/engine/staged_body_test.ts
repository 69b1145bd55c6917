import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { BLOCK_BYTES, BlockChecks } from "./body_blocks.ts";
import { StagedBody } from "./staged_body.ts";

async function staging(directory: string, id: string) {
  const path = `${directory}/${id}`;
  return { id, path, file: await Deno.open(path, { write: true, createNew: true }) };
}

Deno.test("the file of a large body has its bytes, whatever the pieces they come in, of many bodies at once", async () => {
  const directory = await Deno.makeTempDir();
  try {
    // More than write fast at once.
    await Promise.all(Array.from({ length: 20 }, async (_, i) => {
      const bytes = Uint8Array.from(
        { length: 1_900_000 + i * 1000 },
        (_, at) => (at * (i + 3) + (at >> 14)) & 255,
      );
      const body = new StagedBody(() => staging(directory, `${i}`));
      const buffer = new Uint8Array(10_000 * (i * 7 + 1));
      for (let at = 0; at < bytes.length; at += buffer.length) {
        const piece = bytes.subarray(at, at + buffer.length);
        buffer.set(piece);
        await body.append(buffer.subarray(0, piece.length));
      }
      const { checks } = await body.finish();
      body.staged!.file.close();
      const expected = new BlockChecks();
      for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
        expected.add(bytes.subarray(at, at + BLOCK_BYTES));
      }
      assert(Buffer.from(await Deno.readFile(body.staged!.path)).equals(bytes), `body ${i}`);
      assert.deepEqual(checks, expected.bytes());
    }));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a write that fails while the next piece is filled fails the body", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const body = new StagedBody(() => staging(directory, "id"));
    await body.append(new Uint8Array(2_000_000));
    body.staged!.file.close();
    await assert.rejects(async () => {
      await body.append(new Uint8Array(600_000));
      await body.finish();
    });
    await body.settle();
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a body whose early sync fails is not taken", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const body = new StagedBody(() => staging(directory, "id"));
    await body.append(new Uint8Array(2_000_000));
    // The handle that writes goes on; another cannot be had.
    await Deno.remove(body.staged!.path);
    await body.append(new Uint8Array(10_000_000));
    await assert.rejects(body.finish());
    body.staged!.file.close();
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
