/** How services that speak S3 differ, as far as the storage has to know. What can be asked of a service is not here. */
export interface Quirks {
  /** Where the name of the bucket stands in addresses, unless config says it. */
  readonly addressing: "path" | "virtual_host";
  /** Version of ListObjects. */
  readonly listApi: 1 | 2;
  /** Whether `encoding-type=url` is asked for in listings. */
  readonly listKeysAreUrlEncoded: boolean;
  /**
   * Whether `If-None-Match: *` can be relied on unseen. Where it cannot, it is tried on an object of the storage's own
   * before the first put that depends on it.
   */
  readonly conditionalPut: "trusted" | "tried";
}

/**
 * Amazon S3, with conditional writes of both kinds in buckets of all kinds.
 *
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html}
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html} path style is deprecated there.
 */
export const AWS: Quirks = {
  addressing: "virtual_host",
  listApi: 2,
  listKeysAreUrlEncoded: true,
  conditionalPut: "trusted",
};

/**
 * Any other service at an endpoint. Names of buckets are rarely in its DNS, and old ones answer 501 to
 * `If-None-Match: *` (Swift's s3api) or pass over it (s3rver; radosgw before 20 in versioned buckets).
 */
export const COMPATIBLE: Quirks = { ...AWS, addressing: "path", conditionalPut: "tried" };
