import type { ObjectBody, Storage, StorageKey } from "../storage.ts";
import { must } from "./case.ts";

/** Bytes that differ from place to place and from seed to seed. */
export function sampleBytes(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed * 2654435761 >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** Reads a stream to its end. */
export async function readBytes(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Reads an object to its end. */
export async function readObject(storage: Storage, key: StorageKey): Promise<Uint8Array> {
  return await readBytes(await storage.get(key));
}

/**
 * States that a key holds exactly these bytes, as `get`, `stat` and `list` tell it.
 *
 * @throws {ContractBreach}
 */
export async function mustHold(
  storage: Storage,
  key: StorageKey,
  bytes: Uint8Array,
  when: string,
): Promise<void> {
  const info = await storage.stat(key);
  must(info !== undefined, `${when}, stat() must know the object`);
  must(info.key === key, `${when}, stat() must give the key it was asked for`);
  must(info.size === bytes.length, `${when}, stat() must tell ${bytes.length} bytes, not ${info.size}`);
  mustEqual(await readObject(storage, key), bytes, when);
}

/**
 * States that a key holds nothing.
 *
 * @throws {ContractBreach}
 */
export async function mustBeAbsent(storage: Storage, key: StorageKey, when: string): Promise<void> {
  must(await storage.stat(key) === undefined, `${when}, stat() must say that there is no object`);
  for await (const object of storage.list(key)) {
    must(object.key !== key, `${when}, list() must not give the key`);
  }
}

/**
 * States that bytes are equal.
 *
 * @throws {ContractBreach}
 */
export function mustEqual(actual: Uint8Array, expected: Uint8Array, when: string): void {
  must(
    actual.length === expected.length,
    `${when}, ${expected.length} bytes must be read, not ${actual.length}`,
  );
  const at = actual.findIndex((byte, i) => byte !== expected[i]);
  must(at < 0, `${when}, byte ${at} must be what was stored`);
}

/** A body that gives `bytes` in two pieces whatever it announces; then `atEnd` is called. */
export function piecesBody(
  bytes: Uint8Array,
  size: number,
  atEnd: (controller: ReadableStreamDefaultController<Uint8Array>) => void | Promise<void> = (controller) =>
    controller.close(),
): ObjectBody {
  const half = bytes.length >> 1;
  return {
    size,
    open: () => {
      const pieces = [bytes.slice(0, half), bytes.slice(half)].filter((piece) => piece.length > 0);
      return new ReadableStream({
        async pull(controller) {
          const piece = pieces.shift();
          if (piece !== undefined) controller.enqueue(piece);
          else await atEnd(controller);
        },
      }, { highWaterMark: 0 });
    },
  };
}
