import { CorruptionError, UserError } from "../errors.ts";
import { canonicalJson, canonicalJsonBytes } from "./canonical_json.ts";
import { isObject, type Shape } from "./shape.ts";

/** A kind of document: one canonical JSON object with a `schema` line. */
export interface DocumentKind<T> {
  /** Names its error codes: `record` gives `record_invalid` and `record_newer`. */
  readonly code: string;
  /** As messages call it: `the record of a run`. */
  readonly title: string;
  /** `aero/record@1`; absent for documents of other specifications. */
  readonly schema?: string;
  readonly shape: Shape<T>;
}

/**
 * The bytes of a document.
 *
 * @throws {TypeError} if the value does not have the document's shape: the caller made it wrongly.
 */
export function writeDocument<T extends object>(kind: DocumentKind<T>, value: T): Uint8Array<ArrayBuffer> {
  const faults: string[] = [];
  kind.shape.check(value, "", faults);
  if (faults.length > 0) throw new TypeError(`Cannot write ${kind.title}: ${faults.join("; ")}`);
  return canonicalJsonBytes(value);
}

/**
 * Reads a document and narrows it to its type.
 *
 * Only the very bytes that {@link writeDocument} makes are taken, so that what is read can be written back bit for
 * bit and an unknown field is never dropped.
 *
 * @throws {CorruptionError} `<code>_invalid` with all faults.
 * @throws {UserError} `<code>_newer` if its schema is of a version that this aero does not know.
 */
export function readDocument<T extends object>(kind: DocumentKind<T>, bytes: Uint8Array): T {
  const { text, value } = parseJson(kind, bytes);
  if (!isObject(value)) throw invalidDocument(kind, "it is not a JSON object");
  refuseNewer(kind, value.schema);
  const faults: string[] = [];
  kind.shape.check(value, "", faults);
  if (faults.length === 0 && canonicalJson(value) !== text) faults.push("it is not canonical JSON");
  if (faults.length > 0) throw invalidDocument(kind, listFaults(faults));
  return value as T;
}

/**
 * Reads the JSON of a document.
 *
 * @throws {CorruptionError} `<code>_invalid` if it is not UTF-8 or not JSON.
 */
export function parseJson(
  kind: Pick<DocumentKind<unknown>, "code" | "title">,
  bytes: Uint8Array,
): { text: string; value: unknown } {
  try {
    // A byte order mark is kept, so that JSON.parse refuses it.
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text, value: JSON.parse(text) };
  } catch (cause) {
    throw invalidDocument(kind, cause instanceof SyntaxError ? "it is not JSON" : "it is not UTF-8", {
      cause,
    });
  }
}

/** The error for a document that cannot be read. */
export function invalidDocument(
  kind: Pick<DocumentKind<unknown>, "code" | "title">,
  why: string,
  options?: ErrorOptions,
): CorruptionError {
  return new CorruptionError(`${kind.code}_invalid`, { what: `Cannot read ${kind.title}`, why }, options);
}

/** The error for a document of a later format. */
export function newerDocument(kind: Pick<DocumentKind<unknown>, "code" | "title">, why: string): UserError {
  return new UserError(`${kind.code}_newer`, {
    what: `Cannot read ${kind.title}`,
    why: `${why}: it was written by a newer aero`,
    fix: ["update aero to at least the version that wrote it"],
  });
}

function refuseNewer(kind: DocumentKind<unknown>, schema: unknown): void {
  if (kind.schema === undefined || typeof schema !== "string") return;
  const [family, known] = kind.schema.split("@");
  const other = /^(.*)@([1-9][0-9]{0,5})$/.exec(schema);
  if (other !== null && other[1] === family && Number(other[2]) > Number(known)) {
    throw newerDocument(kind, `its schema is ${schema}, and this aero knows ${kind.schema}`);
  }
}

function listFaults(faults: readonly string[]): string {
  // A damaged document can have thousands; the first ones tell what it is.
  const shown = faults.slice(0, 10).join("; ");
  return faults.length > 10 ? `${shown}; and ${faults.length - 10} more` : shown;
}
