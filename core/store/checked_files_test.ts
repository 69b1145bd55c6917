import assert from "node:assert/strict";
import { digestOf } from "../format/digest_of.ts";
import { CheckedFiles } from "./checked_files.ts";

const SIZE = 5_700_003;
const content = new Uint8Array(SIZE).map((_, i) => i * 7 + (i >> 9));
const file = (path: string) => ({
  path,
  size: SIZE,
  digest: digestOf(content),
  wrong: (why: string, isUnreadable: boolean) => new TypeError(`${isUnreadable ? "unreadable: " : ""}${why}`),
});

async function withFile(bytes: Uint8Array, use: (path: string, files: CheckedFiles) => Promise<void>) {
  const path = await Deno.makeTempFile({ prefix: "aero-checked-" });
  try {
    await Deno.writeFile(path, bytes);
    using files = new CheckedFiles();
    await use(path, files);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("files come as they are, several at once, also lent piece by piece", async () => {
  await withFile(content, async (path, files) => {
    // More than once, so that memory is used again.
    for (let round = 0; round < 2; round++) {
      await Promise.all([true, false, true].map(async (lendsChunks) => {
        const whole = new Uint8Array(SIZE);
        let at = 0;
        for await (const chunk of files.open(file(path), lendsChunks)) {
          whole.set(chunk, at);
          at += chunk.length;
        }
        assert.equal(at, SIZE);
        assert.deepEqual(whole, content);
      }));
    }
  });
});

Deno.test("a file that is another gives never all of its bytes", async () => {
  const other = content.slice();
  other[5] = other[5]! ^ 1;
  const cases: [Uint8Array, RegExp][] = [
    [other, /^its bytes hash to sha256:/],
    [content.slice(0, -1), /^it has 5700002 of its 5700003 bytes$/],
    [new Uint8Array(SIZE + 1), /^it is longer than its 5700003 bytes$/],
  ];
  for (const [bytes, message] of cases) {
    await withFile(bytes, async (path, files) => {
      let seen = 0;
      const read = async () => {
        for await (const chunk of files.open(file(path), true)) seen += chunk.length;
      };
      await assert.rejects(read(), { name: "TypeError", message });
      assert.ok(seen < SIZE);
    });
  }
});

Deno.test("a file that is not there is told; one that nobody wants to its end keeps no other from being read", async () => {
  await withFile(content, async (path, files) => {
    await assert.rejects(
      new Response(files.open(file(`${path}.not`), false)).bytes(),
      /^TypeError: unreadable: /,
    );
    for (let i = 0; i < 10; i++) {
      const reader = files.open(file(path), true).getReader();
      await reader.read();
      await reader.cancel();
    }
    assert.deepEqual(await new Response(files.open(file(path), false)).bytes(), content);
  });
});
