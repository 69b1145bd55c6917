import { readConditions, requireForRead } from "../../s3_protocol/conditions.ts";
import { S3Fault } from "../../s3_protocol/errors.ts";
import { quoteEtag } from "../../s3_protocol/etags.ts";
import { type ByteRange, contentRange, parseRange } from "../../s3_protocol/ranges.ts";
import { httpDate } from "../../s3_protocol/timestamp.ts";
import type { ByteSource, HeaderList } from "../http/http_message.ts";
import type { ObjectPart, OpenObject, StoredObject } from "../object_engine.ts";
import type { Call } from "./call.ts";
import { checksumHeaders, objectHeaders, versionHeader } from "./object_headers.ts";
import type { Operation } from "./operation.ts";
import type { Reply } from "./reply.ts";

/** An object's bytes, or a range or part of them. */
export const getObject: Operation = {
  name: "GetObject",
  access: "read",
  async run(call) {
    using open = await call.engine.objects.open(call.objectName());
    const { reply, range } = describe(call, open.info, () => open.parts());
    const { size } = open.info;
    if (range === undefined && size === 0) return reply;
    const small = open.readSmall();
    if (small !== undefined) return { ...reply, body: cutTo(small, range) };
    return { ...reply, body: await sourceOf(open, range), bodyLength: range?.length ?? size };
  },
};

/** What GET would say, without the bytes. */
export const headObject: Operation = {
  name: "HeadObject",
  access: "read",
  async run(call) {
    if (call.query.text("partNumber") === undefined) {
      const info = await call.engine.objects.stat(call.objectName());
      return describe(call, info, () => []).reply;
    }
    using open = await call.engine.objects.open(call.objectName());
    return describe(call, open.info, () => open.parts()).reply;
  },
};

/** Headers and length for what is asked of an object. */
function describe(
  call: Call,
  info: StoredObject,
  parts: () => readonly ObjectPart[],
): { reply: Reply; range: ByteRange | undefined } {
  holdToConditions(call, info);
  const number = call.query.count("partNumber");
  const checksums = call.header("x-amz-checksum-mode")?.toUpperCase() === "ENABLED";
  if (number === undefined) {
    const range = parseRange(call.header("range"), info.size);
    // A checksum of the whole says nothing of a range.
    const headers = objectHeaders(info, { query: call.query, checksums: checksums && range === undefined });
    return reply(info, headers, range);
  }
  if (call.header("range") !== undefined) {
    throw new S3Fault("InvalidRequest", { message: "A request names a range or a part, not both" });
  }
  const part = findPart(info, parts(), number);
  const headers: HeaderList = [
    ...objectHeaders(info, { query: call.query, checksums: false }),
    ...(info.partCount === undefined ? [] : [["x-amz-mp-parts-count", String(info.partCount)] as const]),
    ...(checksums ? checksumHeaders(part.checksums, info.checksums[0]?.type) : []),
  ];
  if (part.size === 0) return reply(info, headers, undefined);
  return reply(info, headers, { offset: part.offset, length: part.size });
}

function reply(info: StoredObject, headers: HeaderList, range: ByteRange | undefined) {
  return {
    reply: {
      status: range === undefined ? 200 : 206,
      headers: range === undefined
        ? headers
        : [...headers, ["Content-Range", contentRange(range, info.size)] as const],
      bodyLength: range?.length ?? info.size,
    },
    range,
  };
}

function findPart(
  info: StoredObject,
  parts: readonly ObjectPart[],
  number: number,
): Omit<ObjectPart, "modifiedAt"> {
  if (number < 1 || number > 10_000) {
    throw new S3Fault("InvalidArgument", {
      fields: { ArgumentName: "partNumber", ArgumentValue: String(number) },
    });
  }
  const part = parts.find((part) => part.number === number);
  if (part !== undefined) return part;
  // An object that was put whole is its own first part.
  if (info.partCount === undefined && number === 1) {
    return { number, etag: info.etag, size: info.size, offset: 0, checksums: info.checksums };
  }
  // Amazon answers 416 InvalidPartNumber; radosgw and ceph/s3-tests have this.
  throw new S3Fault("InvalidPart", {
    fields: { PartNumberRequested: String(number), ActualPartCount: String(info.partCount ?? 1) },
  });
}

function holdToConditions(call: Call, info: StoredObject): void {
  try {
    requireForRead(readConditions((name) => call.header(name)), info);
  } catch (error) {
    if (!(error instanceof S3Fault) || error.code !== "NotModified") throw error;
    // RFC 9110, 15.4.5: a 304 says what a cache has to know.
    const headers = Object.fromEntries<string>([
      ["ETag", quoteEtag(info.etag)],
      ["Last-Modified", httpDate(info.modifiedAt)],
      ...versionHeader(info),
    ]);
    throw new S3Fault("NotModified", { headers, cause: error });
  }
}

function cutTo(body: Uint8Array, range: ByteRange | undefined): Uint8Array {
  return range === undefined ? body : body.subarray(range.offset, range.offset + range.length);
}

/** Reads the first piece before anything is answered: of an object that is damaged right there the client is still told. */
async function sourceOf(open: OpenObject, range: ByteRange | undefined): Promise<ByteSource> {
  const bytes = open.lend(range);
  let first: Uint8Array | undefined;
  try {
    first = await bytes.read();
  } catch (error) {
    await bytes.close();
    throw error;
  }
  return {
    read() {
      const next = first ?? bytes.read();
      first = undefined;
      return next;
    },
    close: () => bytes.close(),
  };
}
