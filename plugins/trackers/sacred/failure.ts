import {
  MongoAPIError,
  MongoError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from "mongodb";
import { AeroError, isAbort } from "../../../core/errors.ts";
import { TrackerError } from "../../../core/plugin/tracker.ts";

/** Codes of the server by what can be done, from MongoDB's error_codes.yml. */
const DENIED = new Set([13, 18, 33, 8000]);
const TOO_LARGE = new Set([10334, 17419, 17420]);
const PASSING = new Set([6, 7, 50, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);
const DUPLICATE = 11000;
const NOT_A_CREDENTIAL = ["MongoMissingCredentialsError", "MongoAWSError", "MongoKerberosError"];

/** Whether something with this id is there already. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === DUPLICATE;
}

/**
 * What a failure of the driver means. Aborts and aero's own errors come out as they are, and what is no failure of
 * the driver, too: it is a mistake here.
 *
 * @param what What could not be done, with the place: never with a password.
 */
export function toTrackerError(error: unknown, what: string): unknown {
  if (isAbort(error) || error instanceof AeroError) return error;
  // The driver refuses a document that is too large with a RangeError of its BSON encoder.
  if (error instanceof RangeError) {
    return new TrackerError("tracker_refused", { what, why: error.message }, { cause: error });
  }
  if (!(error instanceof MongoError)) return error;
  const why = reasonOf(error);
  const code = Number(error.code);
  const made = (
    kind: "tracker_unavailable" | "tracker_denied" | "tracker_refused",
    fix: readonly string[] = [],
  ) => new TrackerError(kind, { what, why, ...(fix.length === 0 ? {} : { fix }) }, { cause: error });
  if (DENIED.has(code) || NOT_A_CREDENTIAL.includes(error.name)) {
    return made("tracker_denied", [
      "Look at the user, the password and authSource of the address, and give the user the role readWrite",
    ]);
  }
  if (TOO_LARGE.has(code)) return made("tracker_refused");
  if (PASSING.has(code) || isNetwork(error)) return made("tracker_unavailable");
  return made("tracker_refused");
}

/** Why, for people: of a server that was not found what it said, where the driver says only that it has waited. */
function reasonOf(error: MongoError): string {
  if (!(error instanceof MongoServerSelectionError)) return error.message;
  const said = /^Server selection timed out/.test(error.message) ? firstFailure(error) : error.message;
  if (said === undefined) {
    return `it does not answer as MongoDB does: is it MongoDB's port? (${error.message})`;
  }
  return /closed$|ECONNRESET/.test(said) ? `it closed the connection: is it MongoDB's port? (${said})` : said;
}

function firstFailure({ reason }: MongoServerSelectionError): string | undefined {
  return [...reason?.servers.values() ?? []].find(({ error }) => error !== null && error !== undefined)?.error
    ?.message;
}

function isNetwork(error: MongoError): boolean {
  return error instanceof MongoNetworkError || error instanceof MongoServerSelectionError ||
    error instanceof MongoTopologyClosedError || error.hasErrorLabel("RetryableWriteError") ||
    error.hasErrorLabel("TransientTransactionError") ||
    // A pool that was emptied because its server went away.
    (!(error instanceof MongoAPIError) && /Pool/.test(error.name));
}
