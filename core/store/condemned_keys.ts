import { CorruptionError } from "../errors.ts";
import { readCondemned } from "../format/condemned_format.ts";
import type { OperationOptions } from "../plugin/context.ts";
import type { Storage, StorageKey, StoredObject } from "../plugin/storage.ts";
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

const UNREADABLE = [
  "`aero storage gc`, which removes it as soon as that is safe",
  "if nobody else uses the storage now: `aero storage gc --alone`",
];
const LIST = /^gc\/([0-9A-Za-z-]+)\.json$/;

/** Options of {@link readCondemnedLists}. */
export interface ReadListsOptions extends OperationOptions {
  /** Gets each list that is damaged, which is left out; without it, that is thrown. */
  readonly onDamage?: (list: StoredObject, error: CorruptionError) => void;
}

/**
 * All lists of condemned keys, in no order.
 *
 * @throws {CorruptionError} `condemned_invalid`, {UserError} `condemned_newer`, naming the list: who does not know
 *   what is condemned must neither rely on what is stored nor remove any of it.
 */
export async function readCondemnedLists(
  place: DocumentPlace,
  options: ReadListsOptions = {},
): Promise<CondemnedList[]> {
  const documents = await listSettled(place, PREFIX.collections, LIST, options);
  return documents.flatMap((document) => {
    const { key, modifiedAt } = document.object;
    try {
      const { keys, windowMs } = readNamed(document, readCondemned, UNREADABLE);
      return [{
        id: LIST.exec(key)![1]!,
        keys: keys as readonly StorageKey[],
        windowMs,
        storedAt: modifiedAt,
      }];
    } catch (error) {
      if (!(error instanceof CorruptionError) || options.onDamage === undefined) throw error;
      options.onDamage(document.object, error);
      return [];
    }
  });
}
