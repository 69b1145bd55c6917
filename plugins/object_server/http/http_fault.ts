/** A request that is not HTTP, or not HTTP that this server takes: answered with a bare status, then closed. */
export class HttpFault extends Error {
  /** Status of the reply; 4xx or 5xx. */
  readonly status: number;

  /** @param reason A few words for the log and the reply; never bytes of the request. */
  constructor(status: number, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = "HttpFault";
    this.status = status;
  }
}

/** The connection ended, or stood still for too long, while a request or reply was under way. */
export class ConnectionLost extends Error {
  /** Whether a time limit ended it, not the client: then the client may still be told. */
  readonly timedOut: boolean;

  constructor(reason: string, options: ErrorOptions & { timedOut?: boolean } = {}) {
    super(reason, options);
    this.name = "ConnectionLost";
    this.timedOut = options.timedOut ?? false;
  }
}
