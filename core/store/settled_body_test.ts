import assert from "node:assert/strict";
import { AeroError } from "../errors.ts";
import { digestOf } from "../format/digest_of.ts";
import { settledBody } from "./settled_body.ts";

const SIZE = 300_000;

/** What came of a stream: its bytes, and the code of the error that ended it. */
async function taken(stream: ReadableStream<Uint8Array>): Promise<{ bytes: number; code?: string }> {
  let bytes = 0;
  try {
    for await (const chunk of stream) bytes += chunk.length;
    return { bytes };
  } catch (error) {
    assert(error instanceof AeroError);
    return { bytes, code: error.code };
  }
}

async function withFile(
  test: (path: string, content: Uint8Array<ArrayBuffer>) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    const content = new Uint8Array(SIZE).map((_, i) => i);
    await Deno.writeFile(path, content);
    await test(path, content);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("a file that stays as it was is given whole, each time it is opened", () =>
  withFile(async (path, content) => {
    const body = settledBody(path, { size: SIZE, digest: digestOf(content) });

    for (let i = 0; i < 2; i++) assert.deepEqual(await taken(body.open()), { bytes: SIZE });
  }));

for (
  const [how, change] of [
    ["was written to", (content) => content.with(5, 99)],
    ["grew", (content) => new Uint8Array([...content.with(5, 99), ...content])],
    ["was cut", (content) => content.slice(0, SIZE - 1)],
  ] as readonly (readonly [string, (content: Uint8Array<ArrayBuffer>) => Uint8Array])[]
) {
  Deno.test(`of a file that ${how}, a reader never gets as many bytes as were promised`, () =>
    withFile(async (path, content) => {
      const body = settledBody(path, { size: SIZE, digest: digestOf(content) });
      await Deno.writeFile(path, change(content));

      const { bytes, code } = await taken(body.open());

      assert.equal(code, "file_changed");
      assert(bytes < SIZE, `${bytes} bytes were given`);
    }));
}

Deno.test("an empty file is an empty body", () =>
  withFile(async (path) => {
    await Deno.writeFile(path, new Uint8Array());
    const body = settledBody(path, { size: 0, digest: digestOf(new Uint8Array()) });

    assert.deepEqual(await taken(body.open()), { bytes: 0 });
  }));
