import { ListObjectsCommand, type ListObjectsCommandOutput, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { StorageError } from "../../../core/plugin/storage.ts";
import type { Purpose, S3Connection } from "./s3_connection.ts";

/** One reply to a listing. */
export interface ListPage {
  /** By their names in the bucket. */
  readonly objects: readonly { readonly name: string; readonly size: number; readonly modifiedAt: number }[];
  /** Where the next page begins; `undefined` if there is none. */
  readonly next: string | undefined;
}

/**
 * Asks for one page of the objects whose names in the bucket begin with `prefix`.
 *
 * @param from {@link ListPage.next} of the page before.
 * @throws {StorageError} also if the service says that there is more and not where.
 */
export async function listPage(
  connection: S3Connection,
  prefix: string,
  from: string | undefined,
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
      const reply = await client.send(
        new ListObjectsV2Command({ ...about, ...(from === undefined ? {} : { ContinuationToken: from }) }),
        options,
      );
      return { ...reply, next: reply.NextContinuationToken };
    }
    const reply: ListObjectsCommandOutput = await client.send(
      new ListObjectsCommand({ ...about, ...(from === undefined ? {} : { Marker: from }) }),
      options,
    );
    const decode = reply.EncodingType === "url" ? decoded : (name: string) => name;
    // Only listings with a delimiter name it; else it is the last key. API reference of Amazon S3, "ListObjects".
    const last = reply.NextMarker ?? reply.Contents?.at(-1)?.Key;
    return { ...reply, next: last === undefined ? undefined : decode(last) };
  });
  if (page.IsTruncated && (page.next === undefined || page.next === "" || page.next === from)) {
    throw new StorageError("unavailable", {
      what: purpose.what,
      why: `${connection.place.service} cut the listing, and did not say where to go on`,
    });
  }
  const name = page.EncodingType === "url" ? decoded : (key: string) => key;
  return {
    objects: (page.Contents ?? []).flatMap(({ Key, Size, LastModified }) =>
      Key === undefined
        ? []
        : [{ name: name(Key), size: Size ?? 0, modifiedAt: LastModified?.getTime() ?? 0 }]
    ),
    next: page.IsTruncated ? page.next : undefined,
  };
}

/** As forms encode: a plus is a space. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll("+", "%20"));
  } catch {
    // Not encoded after all, with a `%` of its own.
    return name;
  }
}
