import { S3Fault } from "./errors.ts";
import { parseQuery } from "./percent_encoding.ts";
import { readXml } from "./read_xml.ts";
import { childOf, childrenOf, expectRoot, required, textOf } from "./xml_fields.ts";

/** A tag of an object or bucket. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** Most tags of an object. */
export const MAX_OBJECT_TAGS = 10;

/** Most tags of a bucket. */
export const MAX_BUCKET_TAGS = 50;

const MAX_KEY_LENGTH = 128;
const MAX_VALUE_LENGTH = 256;

/** Reads the document of PutObjectTagging and PutBucketTagging. @throws {S3Fault} `MalformedXML`, `InvalidTag`. */
export function parseTagging(bytes: Uint8Array, maxTags: number): Tag[] {
  const root = expectRoot(readXml(bytes), "Tagging");
  const set = required(childOf(root, "TagSet"), "TagSet");
  return checkTags(
    childrenOf(set, "Tag").map((tag) => ({
      key: required(textOf(tag, "Key"), "Key"),
      value: required(textOf(tag, "Value"), "Value"),
    })),
    maxTags,
  );
}

/** Reads `x-amz-tagging`, which is written as a query. @throws {S3Fault} `InvalidTag`, `InvalidURI`. */
export function parseTaggingHeader(text: string): Tag[] {
  return checkTags(parseQuery(text).map(([key, value]) => ({ key, value })), MAX_OBJECT_TAGS);
}

/**
 * Tags that keep S3's limits: how many, how long, each key once. Characters are counted as UTF-16 has them, as S3 does.
 *
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html}
 */
function checkTags(tags: Tag[], maxTags: number): Tag[] {
  const fault = (message: string) => new S3Fault("InvalidTag", { message });
  if (tags.length > maxTags) throw fault(`There are ${tags.length} tags; ${maxTags} may be`);
  if (new Set(tags.map((tag) => tag.key)).size < tags.length) throw fault("There are two tags of one key");
  for (const { key, value } of tags) {
    if (key === "" || key.length > MAX_KEY_LENGTH) {
      throw fault(`The key of a tag has not 1 to ${MAX_KEY_LENGTH} characters`);
    }
    if (value.length > MAX_VALUE_LENGTH) {
      throw fault(`The value of a tag has more than ${MAX_VALUE_LENGTH} characters`);
    }
  }
  return tags;
}
