/**
 * Puts a mixed load on an object engine until it is killed: `<directory> <round> <seed>`. Says on stdout, line by line
 * as JSON, what it is about to do and what was acknowledged; each client has keys of its own and does one thing at a time.
 */
import { openObjectEngine } from "../../plugins/object_server/engine/open_engine.ts";
import { attributesOf, patternBytes } from "./object_engine.ts";
import type { LoadLine } from "./engine_load_model.ts";

const [directory, round, seed] = Deno.args as [string, string, string];
const CLIENTS = 12, KEYS_OF_A_CLIENT = 5;

const engine = await openObjectEngine({ directory, now: () => new Date() });
const encoder = new TextEncoder();
let operations = 0;

function say(line: LoadLine): void {
  const bytes = encoder.encode(JSON.stringify(line) + "\n");
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

/** Pseudo-random whole numbers below a bound; the same for the same seed. */
function generator(start: number): (bound: number) => number {
  let state = start >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * bound);
  };
}

async function write(bucket: string, bytes: Uint8Array) {
  const body = await engine.beginWrite(bucket);
  for (let at = 0; at < bytes.length; at += 50_000) await body.append(bytes.subarray(at, at + 50_000));
  return body;
}

async function client(index: number): Promise<never> {
  const random = generator(Number(seed) * 1000 + index);
  const sizes = [0, 1, 4096, 4096, 4096, 65_536, 65_537, 300_000];
  while (true) {
    const bucket = random(2) === 0 ? "plain" : "versioned";
    const key = `r${round}/c${index}/k${random(KEYS_OF_A_CLIENT)}`;
    const operation = ++operations;
    const content = { seed: operation, size: sizes[random(sizes.length)]! };
    const kind = random(10);
    if (kind < 5) {
      say({ operation, begins: { bucket, key, content } });
      const body = await write(bucket, patternBytes(content.size, content.seed));
      await body.commitObject({ bucket, key, attributes: attributesOf({ etag: `${operation}` }) });
    } else if (kind < 7) {
      say({ operation, begins: { bucket, key } });
      await engine.objects.delete({ bucket, key }, { owner: "ann" });
    } else if (kind < 8) {
      const parts = [{ seed: operation, size: 4096 }, { seed: operation + 1, size: 200_000 }];
      say({ operation, begins: { bucket, key, parts } });
      const { etag: _, checksums: __, ...attributes } = attributesOf({});
      const { uploadId } = await engine.uploads.create({ bucket, key, attributes, initiator: "ann" });
      for (const [number, part] of parts.entries()) {
        const body = await write(bucket, patternBytes(part.size, part.seed));
        await body.commitPart({
          bucket,
          key,
          uploadId,
          number: number + 1,
          etag: `${number + 1}`,
          checksums: [],
        });
      }
      await engine.uploads.complete({ bucket, key, uploadId }, {
        parts: parts.map((_, number) => ({ number: number + 1, etag: `${number + 1}` })),
        minPartBytes: 0,
        summarize: () => ({ etag: `${operation}`, checksums: [] }),
      });
    } else {
      const from = `r${round}/c${index}/k${random(KEYS_OF_A_CLIENT)}`;
      const source = await engine.objects.open({ bucket, key: from }).catch(() => undefined);
      if (source === undefined) continue;
      say({ operation, begins: { bucket, key, copyOf: from } });
      await engine.objects.copy(source, { bucket, key, attributes: attributesOf({ etag: `${operation}` }) });
      source[Symbol.dispose]();
    }
    say({ operation, done: true });
  }
}

say({ operation: 0, done: true });
await Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(index)));
