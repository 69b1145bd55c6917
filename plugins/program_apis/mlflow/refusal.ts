import { UserError } from "../../../core/errors.ts";

/** The codes of MLflow's error documents that are answered here, with the status that MLflow's servers give them. */
const STATUS = {
  INVALID_PARAMETER_VALUE: 400,
  BAD_REQUEST: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  RESOURCE_DOES_NOT_EXIST: 404,
  ENDPOINT_NOT_FOUND: 404,
  NOT_IMPLEMENTED: 501,
} as const;

/** One of MLflow's error codes. */
export type RefusalCode = keyof typeof STATUS;

/** Why a request is not done; becomes MLflow's error document, which its client raises in the program. */
export class Refusal extends UserError {
  /** HTTP status. */
  readonly status: number;

  /**
   * @param message For the person who reads the program's traceback: what, why and what to do, in one line.
   * @param options.status Where the usual one of the code does not fit.
   */
  constructor(
    readonly errorCode: RefusalCode | "INTERNAL_ERROR" | "TEMPORARILY_UNAVAILABLE",
    message: string,
    options: ErrorOptions & { readonly status?: number } = {},
  ) {
    super(errorCode.toLowerCase(), { what: message }, options);
    this.status = options.status ?? (errorCode in STATUS ? STATUS[errorCode as RefusalCode] : 500);
  }
}

/** What was said cannot be read, or must not be. */
export function invalid(message: string, options?: ErrorOptions): Refusal {
  return new Refusal("INVALID_PARAMETER_VALUE", message, options);
}

/** What was asked for is not there. */
export function absent(message: string): Refusal {
  return new Refusal("RESOURCE_DOES_NOT_EXIST", message);
}

/** The error document of `refusal`. */
export function refusalAnswer(refusal: Refusal): Response {
  return Response.json({ error_code: refusal.errorCode, message: refusal.message }, {
    status: refusal.status,
  });
}
