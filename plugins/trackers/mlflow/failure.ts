import { TrackerError } from "../../../core/plugin/tracker.ts";

/** An answer that is no success. */
export interface Refusal {
  readonly status: number;
  readonly text: string;
  /** MLflow's own name of the error; absent if something else answered. */
  readonly code?: string;
  readonly message?: string;
}

/** Reads the body of an answer that is no success: MLflow's JSON, or whatever a proxy or a login layer says. */
export function readRefusal(status: number, text: string): Refusal {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && "error_code" in parsed) {
      const { error_code: code, message } = parsed as { error_code: unknown; message?: unknown };
      return { status, text, code: String(code), message: typeof message === "string" ? message : "" };
    }
  } catch {
    // Not JSON: told by its text.
  }
  return { status, text };
}

/** What an answer that is no success means to aero. Table of MLflow's `protos/databricks.proto`. */
export function toTrackerError(what: string, location: string, refusal: Refusal): TrackerError {
  const { status } = refusal;
  const why = `${location} answered ${status}${said(refusal)}`;
  if (status === 403 && /invalid host header/i.test(refusal.text)) {
    return new TrackerError("tracker_denied", {
      what,
      why: `${location} does not accept its own host name: its list of allowed hosts lacks it`,
      fix: [`start the server with \`mlflow server --allowed-hosts ${new URL(location).host} …\``],
    });
  }
  if (status === 403 && /cross-origin/i.test(refusal.text)) {
    return new TrackerError("tracker_denied", {
      what,
      why: `${location} takes requests of its own pages only`,
      fix: ["set MLFLOW_SERVER_CORS_ALLOWED_ORIGINS where the server runs"],
    });
  }
  if (status === 401 || (status === 403 || refusal.code === "PERMISSION_DENIED")) {
    return new TrackerError("tracker_denied", {
      what,
      why,
      fix: status === 401
        ? ["set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN"]
        : ["ask whoever runs the server for rights to the experiment"],
    });
  }
  if (status >= 300 && status < 400) {
    return new TrackerError("tracker_refused", {
      what,
      why: `${location} answered ${status}: it leads elsewhere, perhaps to https or to a login page`,
      fix: ["name the address that it leads to"],
    });
  }
  if ([408, 425, 429, 499, 500, 502, 503, 504].includes(status)) {
    return new TrackerError("tracker_unavailable", { what, why });
  }
  if (status === 404 && refusal.code === undefined) {
    return new TrackerError("tracker_refused", {
      what,
      why: `${why}; there is no MLflow at this address`,
      fix: ["name the address under which the server's pages are, with its path if it has one"],
    });
  }
  return new TrackerError("tracker_refused", { what, why });
}

/** A request that got no answer. */
export function noAnswer(what: string, location: string, cause: unknown): TrackerError {
  const message = deepest(cause).replace(/^error sending request .*?\): (?:client error \(\w+\): )?/s, "");
  const certificate = /certificate|UnknownIssuer|NotValidForName/i.test(message);
  // Another try would be shown the same certificate.
  return new TrackerError(certificate ? "tracker_denied" : "tracker_unavailable", {
    what,
    why: `${location} was not reached${message === "" ? "" : ` (${withoutUserInfo(message).slice(0, 200)})`}`,
    ...(certificate
      ? {
        fix: [
          /expired/i.test(message)
            ? "have the certificate of the server renewed, or see whether the clock of this machine is right"
            : "name the certificates to trust as `ca_file`, or in MLFLOW_TRACKING_SERVER_CERT_PATH",
        ],
      }
      : {}),
  }, { cause });
}

/** What went wrong, where `fetch` says only that it failed. */
function deepest(error: unknown): string {
  if (!(error instanceof Error)) return "";
  return deepest(error.cause) || error.message;
}

/** An answer that is none: not JSON, or without what must be in it. */
export function nonsense(what: string, location: string, cause: unknown): TrackerError {
  return new TrackerError("tracker_refused", {
    what,
    why: `what ${location} answered is not an answer of MLflow`,
    fix: ["see whether a login page or another service is at this address"],
  }, { cause });
}

function said({ code, message, text }: Refusal): string {
  const words = code === undefined
    ? text.startsWith("<") || text.startsWith("{") ? "" : text
    : `${code}: ${message}`;
  const line = words.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
  return line === "" ? "" : ` (${line.length > 300 ? `${line.slice(0, 300)}…` : line})`;
}

function withoutUserInfo(text: string): string {
  return text.replaceAll(/\/\/[^/@\s]*@/g, "//");
}
