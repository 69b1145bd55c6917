import { errorDocument } from "../s3_protocol/error_document.ts";
import { S3Fault } from "../s3_protocol/errors.ts";
import { ConnectionLost, HttpFault } from "./http/http_fault.ts";
import type { HttpResponse } from "./http/http_message.ts";
import { toFault } from "./operations/engine_fault.ts";

const encoder = new TextEncoder();

/** Codes after which the rest of a body is not worth waiting for. */
const ENDS_CONNECTION = ["RequestTimeout", "IncompleteBody", "SlowDown"];

/**
 * What the client is told of anything that was thrown.
 *
 * @returns The fault; `InternalError`, with the error as its cause, for what nobody foresaw.
 */
export function faultOf(error: unknown): S3Fault {
  const fault = toFault(error);
  if (fault instanceof S3Fault) return fault;
  if (error instanceof ConnectionLost) return new S3Fault("RequestTimeout", { cause: error });
  if (error instanceof HttpFault) return new S3Fault("BadRequest", { message: error.message, cause: error });
  return new S3Fault("InternalError", { cause: error });
}

/** The reply that tells a fault. */
export function errorReply(fault: S3Fault, resource: string, requestId: string): HttpResponse {
  const close = ENDS_CONNECTION.includes(fault.code);
  const extra = Object.entries(fault.headers);
  if (fault.status === 304) return { status: 304, headers: extra };
  return {
    status: fault.status,
    headers: [["Content-Type", "application/xml"], ...extra],
    body: encoder.encode(errorDocument(fault, { resource, requestId, hostId: requestId })),
    ...(close ? { close } : {}),
  };
}
