import type { ByteSource, HeaderList } from "../http/http_message.ts";

/** What an operation answers. */
export interface Reply {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body?: Uint8Array | ByteSource;
  /** Bytes of a source; in reply to HEAD, of the body that GET would give. */
  readonly bodyLength?: number;
}

const encoder = new TextEncoder();

/** A reply without a body. */
export function emptyReply(status: 200 | 204 = 200, headers: HeaderList = []): Reply {
  return { status, headers };
}

/** A document as a reply. */
export function documentReply(xml: string, headers: HeaderList = []): Reply {
  return {
    status: 200,
    headers: [["Content-Type", "application/xml"], ...headers],
    body: encoder.encode(xml),
  };
}
