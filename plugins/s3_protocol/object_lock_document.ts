import { S3Fault } from "./errors.ts";
import { readXml } from "./read_xml.ts";
import { parseHttpDate } from "./timestamp.ts";
import { childOf, choiceOf, expectRoot, integerOf, required, wordOf, wrongDocument } from "./xml_fields.ts";

const MODES = ["GOVERNANCE", "COMPLIANCE"] as const;

/** How strict a retention is: someone with the right may lift the first; nobody the second. */
export type RetentionMode = typeof MODES[number];

/** Until when a version is kept. */
export interface Retention {
  readonly mode: RetentionMode;
  /** Epoch milliseconds. */
  readonly until: number;
}

/** What new objects of a bucket get; exactly one of days and years, positive. */
export interface DefaultRetention {
  readonly mode: RetentionMode;
  readonly days?: number;
  readonly years?: number;
}

/**
 * Reads the document of PutObjectLockConfiguration.
 *
 * @throws {S3Fault} `MalformedXML`, `InvalidRetentionPeriod`.
 */
export function parseObjectLockConfiguration(
  bytes: Uint8Array,
): { readonly defaultRetention?: DefaultRetention } {
  const root = expectRoot(readXml(bytes), "ObjectLockConfiguration");
  required(choiceOf(root, "ObjectLockEnabled", ["Enabled"]), "ObjectLockEnabled");
  const rule = childOf(root, "Rule");
  if (rule === undefined) return {};
  const retention = required(childOf(rule, "DefaultRetention"), "DefaultRetention");
  const mode = required(choiceOf(retention, "Mode", MODES), "Mode");
  const days = integerOf(retention, "Days"), years = integerOf(retention, "Years");
  if ((days === undefined) === (years === undefined)) throw wrongDocument("has not one of Days and Years");
  // A hundred years is S3's bound.
  if ((days ?? 1) < 1 || (years ?? 1) < 1 || (days ?? 0) > 36_500 || (years ?? 0) > 100) {
    throw new S3Fault("InvalidRetentionPeriod");
  }
  return {
    defaultRetention: {
      mode,
      ...(days === undefined ? {} : { days }),
      ...(years === undefined ? {} : { years }),
    },
  };
}

/**
 * Reads the document of PutObjectRetention.
 *
 * @returns `undefined` for an empty one, which lifts a retention.
 * @throws {S3Fault} `MalformedXML`.
 */
export function parseRetention(bytes: Uint8Array): Retention | undefined {
  const root = expectRoot(readXml(bytes), "Retention");
  if (root.children.length === 0) return undefined;
  const mode = required(choiceOf(root, "Mode", MODES), "Mode");
  const until = parseHttpDate(required(wordOf(root, "RetainUntilDate"), "RetainUntilDate"));
  return { mode, until: required(until, "RetainUntilDate that is a date") };
}

/** Reads the document of PutObjectLegalHold: whether the hold is on. @throws {S3Fault} `MalformedXML`. */
export function parseLegalHold(bytes: Uint8Array): boolean {
  const root = expectRoot(readXml(bytes), "LegalHold");
  return required(choiceOf(root, "Status", ["ON", "OFF"]), "Status") === "ON";
}

/**
 * Reads the three headers by which a PUT sets object lock.
 *
 * @throws {S3Fault} `InvalidArgument`, `InvalidRequest` for a mode without a date or a date without a mode.
 */
export function parseLockHeaders(
  header: (name: string) => string | undefined,
): { readonly retention?: Retention; readonly legalHold?: boolean } {
  const mode = header("x-amz-object-lock-mode");
  const date = header("x-amz-object-lock-retain-until-date");
  const hold = header("x-amz-object-lock-legal-hold");
  if ((mode === undefined) !== (date === undefined)) {
    throw new S3Fault("InvalidRequest", { message: "Object lock takes a mode and a date, or neither" });
  }
  if (hold !== undefined && hold !== "ON" && hold !== "OFF") {
    throw invalid("x-amz-object-lock-legal-hold", hold);
  }
  const legalHold = hold === undefined ? {} : { legalHold: hold === "ON" };
  if (mode === undefined || date === undefined) return legalHold;
  const known = MODES.find((word) => word === mode);
  if (known === undefined) throw invalid("x-amz-object-lock-mode", mode);
  const until = parseHttpDate(date);
  if (until === undefined) throw invalid("x-amz-object-lock-retain-until-date", date);
  return { ...legalHold, retention: { mode: known, until } };
}

function invalid(name: string, value: string): S3Fault {
  return new S3Fault("InvalidArgument", { fields: { ArgumentName: name, ArgumentValue: value } });
}
