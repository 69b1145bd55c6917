import type { Descriptor } from "../model/descriptor.ts";
import type { RunId } from "../model/run_id.ts";
import { type DocumentKind, readDocument, writeDocument } from "./document.ts";
import { descriptorShape } from "./run_shape.ts";
import { listOf, literal, name, object, runId } from "./shape.ts";

/** What a run that is not recorded yet relies on; removed once its record names the same. */
export interface Pin {
  readonly schema: "aero/pin@1";
  readonly project: string;
  readonly run: RunId;
  /** Objects of the store, which name no others. */
  readonly objects: readonly Descriptor[];
}

const PIN: DocumentKind<Pin> = {
  code: "pin",
  title: "what a run under way relies on",
  schema: "aero/pin@1",
  shape: object<Pin>({
    schema: literal("aero/pin@1"),
    project: name,
    run: runId<RunId>(),
    objects: listOf(descriptorShape),
  }),
};

/** The bytes of a pin: canonical JSON. */
export function writePin(pin: Pin): Uint8Array<ArrayBuffer> {
  return writeDocument(PIN, pin);
}

/**
 * Reads a pin.
 *
 * @throws {CorruptionError} `pin_invalid`.
 * @throws {UserError} `pin_newer`.
 */
export function readPin(bytes: Uint8Array): Pin {
  return readDocument(PIN, bytes);
}
