import { ListObjectsCommand, type ListObjectsCommandOutput, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { StorageError } from "../../../core/plugin/storage.ts";
import type { Purpose, S3Connection } from "./s3_connection.ts";

/** One reply to a listing. */
export interface ListPage {
  /** By their names in the bucket. */
  readonly objects: readonly { readonly name: string; readonly size: number; readonly modifiedAt: number }[];
  /** Where the next page begins; `undefined` if there is none. */
  readonly next: PageStart | undefined;
}

/** Where a page begins: at a place that the service named, or after a name in the bucket. */
export type PageStart = { readonly token: string } | { readonly after: string };

// "By default, the action returns up to 1,000 key names", API reference of Amazon S3, "ListObjectsV2".
const PAGE_KEYS = 1000;

/**
 * Asks for one page of the objects whose names in the bucket begin with `prefix`.
 *
 * @param from {@link ListPage.next} of the page before.
 * @throws {StorageError} also if the service says that there is more and not where, and if the page is not what was asked
 * for, or not whole: over plain HTTP nothing else tells of a wrong bit in it.
 */
export async function listPage(
  connection: S3Connection,
  prefix: string,
  from: PageStart | undefined,
  purpose: Purpose,
): Promise<ListPage> {
  const { bucket, payer, quirks } = connection.place;
  const about = {
    Bucket: bucket,
    Prefix: prefix,
    ...(quirks.listKeysAreUrlEncoded ? { EncodingType: "url" as const } : {}),
    ...payer,
  };
  const page = await connection.call(purpose, async (client, options) => {
    if (quirks.listApi === 2) {
      const at = from === undefined
        ? {}
        : "token" in from
        ? { ContinuationToken: from.token }
        : { StartAfter: from.after };
      const reply = await client.send(new ListObjectsV2Command({ ...about, ...at }), options);
      return { ...reply, next: reply.NextContinuationToken };
    }
    const reply: ListObjectsCommandOutput = await client.send(
      new ListObjectsCommand({
        ...about,
        ...(from === undefined ? {} : { Marker: "token" in from ? from.token : from.after }),
      }),
      options,
    );
    const decode = reply.EncodingType === "url" ? decodedName : (name: string) => name;
    // Only listings with a delimiter name it; else it is the last key. API reference of Amazon S3, "ListObjects".
    const last = reply.NextMarker ?? reply.Contents?.at(-1)?.Key;
    return {
      ...reply,
      KeyCount: undefined,
      NextContinuationToken: "",
      next: last === undefined ? undefined : decode(last),
    };
  });
  const before = from !== undefined && "token" in from ? from.token : undefined;
  if (page.IsTruncated && (page.next === undefined || page.next === "" || page.next === before)) {
    throw new StorageError("unavailable", {
      what: purpose.what,
      why: `${connection.place.service} cut the listing, and did not say where to go on`,
    });
  }
  const name = page.EncodingType === "url" ? decodedName : (key: string) => key;
  const contents = page.Contents ?? [];
  const objects = contents.map(({ Key = "", Size, LastModified }) => ({
    name: name(Key),
    size: Size ?? 0,
    modifiedAt: LastModified?.getTime() ?? 0,
  }));
  const why = faultOf(objects, prefix, page.KeyCount);
  if (why !== undefined) {
    throw new StorageError("unavailable", {
      what: purpose.what,
      why: `what ${connection.place.service} answered is not the listing that was asked for: ${why}`,
    });
  }
  if (page.IsTruncated) return { objects, next: { token: page.next! } };
  // A service that begins anew every time has said all that it has.
  if (from !== undefined && "after" in from && objects.some(({ name }) => name === from.after)) {
    return { objects: [], next: undefined };
  }
  // That there is no more is not taken from one word, where something else says that there may be.
  const last = objects.length >= PAGE_KEYS || isToken(page) ? objects.at(-1) : undefined;
  return { objects, next: last && { after: last.name } };
}

/** Whether a page says where the next one begins. */
function isToken(
  { NextContinuationToken: token }: { readonly NextContinuationToken?: string | undefined },
): boolean {
  return token !== undefined && token !== "";
}

/** What is wrong with a page; `undefined` if nothing that can be seen is. */
function faultOf(
  objects: ListPage["objects"],
  prefix: string,
  count: number | undefined,
): string | undefined {
  if (count !== undefined && count > objects.length) return `it has ${objects.length} of its ${count} keys`;
  const names = new Set<string>();
  for (const { name, size } of objects) {
    if (!name.startsWith(prefix)) return `it has the key ${JSON.stringify(name)}, which begins otherwise`;
    if (names.has(name)) return `it has the key ${JSON.stringify(name)} twice`;
    if (!Number.isSafeInteger(size)) return `the size of ${JSON.stringify(name)} is no number`;
    names.add(name);
  }
  return undefined;
}

/** A name of a listing that is encoded as forms are, where a plus is a space. */
export function decodedName(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll("+", "%20"));
  } catch {
    // Not encoded after all, with a `%` of its own.
    return name;
  }
}
