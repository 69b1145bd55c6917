import type { S3Fault } from "./errors.ts";
import { element, XML_DECLARATION } from "./xml_text.ts";

/** Names that an element may have. */
const NAME = /^[A-Za-z][A-Za-z0-9]*$/;

/**
 * The document of an error, which has no namespace.
 *
 * @param request What it was about: the path of the request, and the ids that the reply's headers have.
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html}
 */
export function errorDocument(
  fault: Pick<S3Fault, "code" | "message" | "fields">,
  request: { readonly resource?: string; readonly requestId: string; readonly hostId?: string },
): string {
  const fields = Object.entries(fault.fields).filter(([name]) => NAME.test(name));
  return `${XML_DECLARATION}${
    element("Error", [
      element("Code", fault.code),
      element("Message", fault.message),
      ...fields.map(([name, value]) => element(name, value)),
      element("Resource", request.resource),
      element("RequestId", request.requestId),
      element("HostId", request.hostId),
    ])
  }`;
}
