import { type DocumentKind, readDocument, writeDocument } from "./document.ts";
import { amount, literal, name, object, ordinal } from "./shape.ts";

/** A moving name of an artifact: it stands for the label `v<number>` until it is moved. */
export interface ArtifactAlias {
  readonly schema: "aero/alias@1";
  readonly project: string;
  readonly artifact: string;
  readonly alias: string;
  /** Number of the label. */
  readonly number: number;
  /** When it was last moved; epoch milliseconds. */
  readonly movedAt: number;
}

const ALIAS: DocumentKind<ArtifactAlias> = {
  code: "alias",
  title: "an alias of an artifact",
  schema: "aero/alias@1",
  shape: object<ArtifactAlias>({
    schema: literal("aero/alias@1"),
    project: name,
    artifact: name,
    alias: name,
    number: ordinal,
    movedAt: amount,
  }),
};

/** The bytes of an alias: canonical JSON. */
export function writeAlias(alias: ArtifactAlias): Uint8Array<ArrayBuffer> {
  return writeDocument(ALIAS, alias);
}

/**
 * Reads an alias.
 *
 * @throws {CorruptionError} `alias_invalid`.
 * @throws {UserError} `alias_newer`.
 */
export function readAlias(bytes: Uint8Array): ArtifactAlias {
  return readDocument(ALIAS, bytes);
}
