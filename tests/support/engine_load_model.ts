import assert from "node:assert/strict";
import type { ObjectEngine } from "../../plugins/object_server/object_engine.ts";
import { patternBytes, readAll } from "./object_engine.ts";

/** Bytes by how they are made. */
export interface Content {
  readonly seed: number;
  readonly size: number;
}

/** What the child of a crash test says. */
export type LoadLine =
  | {
    readonly operation: number;
    readonly begins: {
      readonly bucket: string;
      readonly key: string;
      readonly content?: Content;
      readonly parts?: readonly Content[];
      readonly copyOf?: string;
    };
  }
  | { readonly operation: number; readonly done: true };

/** The versions of a key, oldest first, each as the pieces of its body; `undefined` for a deletion. */
type History = (readonly Content[] | undefined)[];

/** What must be in an engine after its process was killed, by what it had said. */
export class LoadModel {
  readonly #acknowledged = new Map<string, History>();
  readonly #underWay = new Map<
    number,
    { readonly name: string; readonly result: readonly Content[] | undefined }
  >();
  /** Mutations that were acknowledged. */
  acknowledged = 0;

  take(line: LoadLine): void {
    if ("begins" in line) {
      const { bucket, key, content, parts, copyOf } = line.begins;
      const result = copyOf === undefined
        ? parts ?? (content && [content])
        : this.#acknowledged.get(`${bucket} ${copyOf}`)?.at(-1);
      this.#underWay.set(line.operation, { name: `${bucket} ${key}`, result });
      return;
    }
    const done = this.#underWay.get(line.operation);
    if (done === undefined) return;
    this.#underWay.delete(line.operation);
    this.#add(done.name, done.result);
    this.acknowledged++;
  }

  /**
   * Compares with what is there: every acknowledged version in its order, and nothing else but what was under way,
   * whole. What turns out to have been done counts as acknowledged from then on.
   *
   * @param prefix Of the keys to look at; all that were under way have it.
   */
  async assertHolds(engine: ObjectEngine, prefix: string): Promise<void> {
    const histories = new Map<string, History>(this.#acknowledged);
    const found = new Map<
      string,
      { readonly key: string; readonly versionId: string; readonly etag: string }[]
    >();
    for (const bucket of ["plain", "versioned"]) {
      const { versions } = await engine.objects.listVersions(bucket, { prefix, limit: 1_000_000 });
      for (const version of versions.toReversed()) {
        const name = `${bucket} ${version.key}`;
        const etag = version.kind === "object" ? `${version.size}` : "";
        found.set(name, [...found.get(name) ?? [], { key: version.key, versionId: version.versionId, etag }]);
      }
    }
    for (const { name, result } of this.#underWay.values()) {
      const isThere = await this.#matches(
        engine,
        name,
        [...histories.get(name) ?? [], result],
        found.get(name) ?? [],
      );
      if (isThere) this.#add(name, result);
    }
    this.#underWay.clear();
    for (const [name, history] of this.#acknowledged) {
      if (!name.slice(name.indexOf(" ") + 1).startsWith(prefix)) continue;
      const there = found.get(name) ?? [];
      assert.ok(
        await this.#matches(engine, name, history, there),
        `${name}: ${JSON.stringify({ history, there })}`,
      );
    }
    for (const name of found.keys()) {
      assert.ok(this.#acknowledged.has(name), `${name} was never acknowledged`);
    }
  }

  #add(name: string, result: readonly Content[] | undefined): void {
    this.#acknowledged.set(name, [...this.#acknowledged.get(name) ?? [], result]);
  }

  async #matches(
    engine: ObjectEngine,
    name: string,
    history: History,
    there: readonly { readonly key: string; readonly versionId: string; readonly etag: string }[],
  ): Promise<boolean> {
    const [bucket] = name.split(" ") as [string];
    const last = history.at(-1);
    const expected = bucket === "versioned" ? history : last === undefined ? [] : [last];
    if (expected.length !== there.length) return false;
    for (const [index, pieces] of expected.entries()) {
      const { key, versionId, etag } = there[index]!;
      if ((pieces === undefined) !== (etag === "")) return false;
      if (pieces === undefined) continue;
      if (etag !== `${pieces.reduce((sum, piece) => sum + piece.size, 0)}`) return false;
      using object = await engine.objects.open({ bucket, key, versionId });
      const bytes = await readAll(object.read());
      let at = 0;
      for (const { seed, size } of pieces) {
        const expectedBytes = piece(seed, size);
        if (!bytes.subarray(at, at + size).every((byte, place) => byte === expectedBytes[place])) {
          return false;
        }
        at += size;
      }
    }
    return true;
  }
}

const made = new Map<string, Uint8Array>();

function piece(seed: number, size: number): Uint8Array {
  const name = `${seed} ${size}`;
  let bytes = made.get(name);
  if (bytes === undefined) {
    bytes = patternBytes(size, seed);
    if (made.size > 50) made.clear();
    made.set(name, bytes);
  }
  return bytes;
}
