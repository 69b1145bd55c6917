import { TrackerError, type TrackerErrorCode } from "../../../core/plugin/tracker.ts";

/** The server did not answer in time. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
}

/** The failure that a status says. What may pass is what W&B's own clients try again. */
export function failureOf(what: string, host: string, status: number, said: string): TrackerError {
  const code: TrackerErrorCode = status === 401 || status === 403
    ? "tracker_denied"
    // "400, 401, 403, 404, 409, 410, 413, 422, 501" are not tried again by the clients.
    : [400, 404, 409, 410, 413, 422, 501].includes(status) || status < 400
    ? "tracker_refused"
    : "tracker_unavailable";
  const leadsElsewhere = status >= 300 && status < 400;
  const fix = code === "tracker_denied"
    ? KEY_FIX
    : leadsElsewhere
    ? ["name the address that it leads to"]
    : [];
  return new TrackerError(code, {
    what,
    why: `${host} answered ${status}${leadsElsewhere ? " and leads elsewhere" : ""}${
      said === "" ? "" : `: ${said}`
    }`,
    ...(fix.length === 0 ? {} : { fix }),
  });
}

/** What to do about a key that is missing or not taken. */
export const KEY_FIX: readonly string[] = [
  "set WANDB_API_KEY, or log in: `wandb login`",
  "see whether `entity` and `base_url` of the tracker are right",
];

/** Tells an error of `fetch` as the tracker's; `undefined` if it is not one of the network. */
export function networkFailure(what: string, host: string, error: unknown): TrackerError | undefined {
  if (error instanceof NoAnswerError) {
    return new TrackerError("tracker_unavailable", {
      what,
      why: `${host} ${error.message}`,
      fix: ["if the server is slow, allow for more: `timeout_seconds` of the tracker"],
    }, { cause: error });
  }
  if (!(error instanceof Error)) return undefined;
  const text = `${error.message} ${error.cause instanceof Error ? error.cause.message : ""}`;
  if (/certificate.*expired/is.test(text)) {
    return new TrackerError("tracker_denied", {
      what,
      why: `the certificate of ${host} has expired`,
      fix: ["have it renewed, or see whether the clock of this machine is right"],
    }, { cause: error });
  }
  if (/certificate|UnknownIssuer|invalid peer/i.test(text)) {
    return new TrackerError("tracker_denied", {
      what,
      why: `the certificate of ${host} is not trusted`,
      fix: ["name the one that signed it: `ca_file` of the tracker"],
    }, { cause: error });
  }
  const why = /dns error|failed to lookup/i.test(text)
    ? `there is no address of ${host} to be had`
    : /refused/i.test(text)
    ? `nothing listens at ${host} (connection refused)`
    : /connection|reset|broken|closed|error sending|body|eof|unreachable|timed? ?out/i.test(text)
    ? `the connection to ${host} broke`
    : undefined;
  // A TypeError is what `fetch` throws, and bugs are.
  return why === undefined
    ? undefined
    : new TrackerError("tracker_unavailable", { what, why }, { cause: error });
}
