import { AeroError, CorruptionError } from "../../../core/errors.ts";
import { StorageError } from "../../../core/plugin/storage.ts";
import { type FailureFacts, meaningOfStatus, MEANINGS } from "./failure_table.ts";
import { networkFailure } from "./network_failure.ts";

/** What of an error of the SDK is read. */
interface ServiceError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  readonly Code?: string;
  readonly Region?: string;
}

/** How to name another service. */
const ADDRESS = { storage: "`storage.endpoint`", address: "`--endpoint`" } as const;

/** Whether the service itself answered, and how: its status, or 0. */
export function statusOf(error: unknown): number {
  return error instanceof Error ? (error as ServiceError).$metadata?.httpStatusCode ?? 0 : 0;
}

/** The service's own code for an error, such as `NoSuchKey`; empty if it gave none. */
export function serviceCode(error: unknown): string {
  if (!(error instanceof Error) || statusOf(error) === 0) return "";
  const { Code, name } = error as ServiceError;
  return Code ?? (/^(Error|Unknown|UnknownError|NotFound|\d+|S3ServiceException)$/.test(name) ? "" : name);
}

/**
 * Tells an error of the SDK, the service or the network as the storage's.
 *
 * @returns A {@link StorageError}; a {@link CorruptionError} if aero's own server says that what it holds is damaged; or
 *   `error` itself if it is aero's, or a bug.
 */
export function s3Failure(
  what: string,
  error: unknown,
  facts:
    & Pick<FailureFacts, "bucket" | "service" | "region" | "operation" | "keysFrom" | "keysFix" | "namedBy">
    & {
      readonly now: number;
    },
): unknown {
  if (error instanceof AeroError || !(error instanceof Error)) return error;
  const status = statusOf(error);
  if (status === 0) return unanswered(what, error, facts);
  // It did what was asked, and its reply cannot be read: garbled, or of something in between.
  if (status < 300) return unreadable(what, error, facts.service);
  const { $metadata, $response, Region, message } = error as ServiceError;
  const headers = $response?.headers ?? {};
  // Services repeat the access key and the signature in their replies, and errors are printed with all that they hold.
  for (const field of Object.keys(error)) {
    if (!["name", "message", "Code", "$fault", "$metadata"].includes(field)) {
      Reflect.deleteProperty(error, field);
    }
  }
  if (headers["x-aero-damaged"] === "true") {
    return new CorruptionError("object_corrupt", {
      what,
      why: `${facts.service} says that it is damaged`,
      fix: ["mend it: `aero storage fsck --repair`"],
    }, { cause: error });
  }
  const date = Date.parse(headers["date"] ?? "");
  const rightRegion = headers["x-amz-bucket-region"] ?? Region;
  const all: FailureFacts = {
    ...facts,
    status,
    message: /^(UnknownError|Unknown|)$/.test(message) || saysUnreadable(error) ? "" : message,
    ...($metadata?.requestId === undefined ? {} : { requestId: $metadata.requestId }),
    ...(rightRegion === undefined ? {} : { rightRegion }),
    ...(Number.isNaN(date) ? {} : { aheadMs: facts.now - date }),
  };
  const code = serviceCode(error);
  if (saysUnreadable(error) && isRefusal(status)) {
    return new StorageError("denied", {
      what,
      why: `${facts.service} answered ${status} with a page that is not S3's`,
      fix: [
        `see whether ${
          ADDRESS[facts.namedBy]
        } is the address of an S3 service, and no proxy stands before it`,
      ],
    }, { cause: error });
  }
  // A redirect or refusal that names another region is about that, whatever it calls itself.
  const elsewhere = rightRegion !== undefined && rightRegion !== facts.region &&
    [301, 307, 400].includes(status);
  const meaning = elsewhere ? meaningOfStatus(301) : MEANINGS[code] ?? meaningOfStatus(status);
  const why = meaning.why(all);
  const named = [
    code,
    why.includes(`${status}`) ? "" : `${status}`,
    all.requestId === undefined ? "" : `request ${all.requestId}`,
  ].filter((text) => text !== "");
  return new StorageError(meaning.code, {
    what,
    why: named.length === 0 ? why : `${why} (${named.join(", ")})`,
    ...(meaning.fix === undefined ? {} : { fix: meaning.fix(all) }),
  }, { cause: error });
}

function unreadable(what: string, error: Error, service: string): StorageError {
  return new StorageError("unavailable", {
    what,
    why: `${service} gave a reply that is not S3's, or not whole`,
    fix: ["see whether `storage.endpoint` is the address of an S3 service"],
  }, { cause: error });
}

/** Whether the SDK could not read the reply: an XML that does not end, or HTML of something else. */
function saysUnreadable(error: Error): boolean {
  return /deserialization|unexpected (token|end)|invalid xml|xml parse error/i.test(error.message);
}

/** Whether a status refuses the request, so that it need not be tried again. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

function unanswered(
  what: string,
  error: Error,
  { service, keysFrom, keysFix }: Pick<FailureFacts, "service" | "keysFrom" | "keysFix">,
): unknown {
  if (saysUnreadable(error)) return unreadable(what, error, service);
  if (error.name === "CredentialsProviderError" || error.name === "TokenProviderError") {
    return new StorageError("denied", {
      what,
      why: `no credentials could be had from ${keysFrom}: ${error.message}`,
      fix: keysFix,
    }, { cause: error });
  }
  return networkFailure(what, service, error) ?? error;
}
