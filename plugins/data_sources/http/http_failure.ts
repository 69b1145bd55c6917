import { DataSourceError, type DataSourceErrorCode } from "../../../core/plugin/data_source.ts";

/** The failure that a status tells (RFC 9110 §15). */
export function failureOfStatus(url: string, { status, statusText }: Response): DataSourceError {
  const why = `the server answered ${`${status} ${statusText}`.trim()}`;
  return new DataSourceError(codeOf(status), {
    what: `Cannot read ${url}`,
    why,
    ...(status === 401 || status === 403
      ? { fix: ["fetch it with your own account, and `aero data add PATH --name NAME`"] }
      : {}),
  });
}

function codeOf(status: number): DataSourceErrorCode {
  if (status === 401 || status === 403 || status === 407) return "source_denied";
  if (status === 404 || status === 410) return "source_missing";
  return status === 408 || status === 429 || status >= 500 ? "source_unavailable" : "source_invalid";
}

/** The failure of a request that got no answer, or not all of it. */
export function failureOfRequest(url: string, cause: unknown): DataSourceError {
  return new DataSourceError("source_unavailable", {
    what: `Cannot read ${url}`,
    why: saidOf(cause),
    fix: [`see whether it is there: \`curl -I ${quoted(url)}\``],
  }, { cause });
}

/** What went wrong, where `fetch` says only that it failed; without the address, which is told already. */
function saidOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return saidOf(error.cause);
  return error.message.replace(/^error sending request for url \(\S*\): /, "");
}

/** As a shell takes it. */
function quoted(url: string): string {
  return `'${url.replaceAll("'", "%27")}'`;
}
