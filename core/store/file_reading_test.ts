import assert from "node:assert/strict";
import { readLargeFile } from "./file_reading.ts";

Deno.test("a file that changes while it is read is refused by name", async (t) => {
  const path = await Deno.makeTempFile();
  const buffer = new Uint8Array(4);
  const changes: [string, () => void][] = [
    ["grows", () => Deno.writeTextFileSync(path, "more", { append: true })],
    ["shrinks", () => Deno.truncateSync(path, 2)],
    ["is written over", () => {
      Deno.writeTextFileSync(path, "HELLO");
      Deno.utimeSync(path, 1, 1);
    }],
  ];
  for (const [name, change] of changes) {
    await t.step(name, () => {
      Deno.writeTextFileSync(path, "hello");
      let first = true;

      const read = () =>
        readLargeFile(path, () => buffer, () => {
          if (first) change();
          first = false;
        });

      assert.throws(read, (error) => {
        const { code, message } = error as { code: string; message: string };
        return code === "file_changed" && message.includes(path);
      });
    });
  }
  await Deno.remove(path);
});
