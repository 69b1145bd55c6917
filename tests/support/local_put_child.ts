/**
 * A process that puts into a local storage, to be killed, starved or kept out. Arguments: the directory, a key, and
 * how many bytes to put; with `for-ever` as fourth it goes on putting, in turn 1s and 2s. Prints the code of a
 * failure, or `ok`.
 */
import { StorageError, type StorageKey } from "../../core/plugin/storage.ts";
import { LocalStorage } from "../../plugins/storages/local/local_storage.ts";

const [root, key, size, mode] = Deno.args;

function body(fill: number) {
  const length = Number(size);
  let left = length;
  return {
    size: length,
    open: () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          const piece = new Uint8Array(Math.min(left, 64 * 1024)).fill(fill);
          left -= piece.length;
          controller.enqueue(piece);
          if (left === 0) controller.close();
        },
      }),
  };
}

async function print(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}

try {
  await using storage = await LocalStorage.open(root!, {
    signal: new AbortController().signal,
    now: () => new Date(),
    variable: () => undefined,
    log: () => {},
    dataDirectory: "/nowhere",
  });
  await print("open");
  for (let round = 0; mode === "for-ever" || round === 0; round++) {
    await storage.put(key as StorageKey, body(1 + round % 2));
  }
  await print("ok");
} catch (error) {
  if (!(error instanceof StorageError)) throw error;
  await print(`${error.code}: ${error.report.why}`);
}
