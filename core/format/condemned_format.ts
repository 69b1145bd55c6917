import { type DocumentKind, readDocument, writeDocument } from "./document.ts";
import { count, listOf, literal, object, type Shape } from "./shape.ts";

/** Keys of objects and packs that a collection of garbage found nobody to refer to. */
export interface Condemned {
  readonly schema: "aero/condemned@1";
  /** Keys under `objects/` and `packs/`, sorted, each once. */
  readonly keys: readonly string[];
  /** How long they stay from when this was stored, by the storage's clock; milliseconds. */
  readonly windowMs: number;
}

const key: Shape<string> = {
  check(value, at, faults) {
    const known = typeof value === "string" &&
      /^(?:objects\/sha256\/[0-9a-f]{2}|packs)\/[0-9a-f]{64}$/.test(value);
    if (!known) faults.push(`${at} is not the key of an object or a pack`);
  },
};

const CONDEMNED: DocumentKind<Condemned> = {
  code: "condemned",
  title: "a list of condemned objects",
  schema: "aero/condemned@1",
  shape: object<Condemned>({
    schema: literal("aero/condemned@1"),
    keys: listOf(key),
    windowMs: count,
  }),
};

/** The bytes of a list of condemned keys: canonical JSON. */
export function writeCondemned(list: Condemned): Uint8Array<ArrayBuffer> {
  return writeDocument(CONDEMNED, list);
}

/**
 * Reads a list of condemned keys.
 *
 * @throws {CorruptionError} `condemned_invalid`.
 * @throws {UserError} `condemned_newer`.
 */
export function readCondemned(bytes: Uint8Array): Condemned {
  return readDocument(CONDEMNED, bytes);
}
