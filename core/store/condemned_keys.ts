import { readCondemned } from "../format/condemned_format.ts";
import type { OperationOptions } from "../plugin/context.ts";
import type { Storage, StorageKey } from "../plugin/storage.ts";
import { PREFIX } from "./keys.ts";
import type { LocalKnowledge } from "./local_knowledge.ts";
import { readNamed } from "./read_named.ts";
import { listSettled } from "./settled_documents.ts";

/** A list of condemned keys that the storage has. */
export interface CondemnedList {
  /** As in its key, `gc/<id>.json`. */
  readonly id: string;
  readonly keys: readonly StorageKey[];
  /** Milliseconds. */
  readonly windowMs: number;
  /** When it was stored, by the storage's clock; epoch milliseconds. */
  readonly storedAt: number;
}

/** What is read here of a store. */
export interface DocumentPlace {
  readonly storage: Storage;
  readonly knowledge: LocalKnowledge;
}

const UNREADABLE = ["remove it, once nobody has run `aero storage gc` for three days"];
const LIST = /^gc\/([0-9A-Za-z-]+)\.json$/;

/**
 * All lists of condemned keys, in no order.
 *
 * @throws {CorruptionError} `condemned_invalid`, {UserError} `condemned_newer`, naming the list: who does not know
 *   what is condemned must neither rely on what is stored nor remove any of it.
 */
export async function readCondemnedLists(
  place: DocumentPlace,
  options: OperationOptions = {},
): Promise<CondemnedList[]> {
  const documents = await listSettled(place, PREFIX.collections, LIST, options);
  return documents.map((document) => {
    const { keys, windowMs } = readNamed(document, readCondemned, UNREADABLE);
    const { key, modifiedAt } = document.object;
    return { id: LIST.exec(key)![1]!, keys: keys as readonly StorageKey[], windowMs, storedAt: modifiedAt };
  });
}
