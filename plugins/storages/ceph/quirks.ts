import { COMPATIBLE, type Quirks } from "../s3/quirks.ts";

/**
 * radosgw, from 16 on.
 *
 * `If-None-Match: *` has to be tried, as anywhere but at AWS: radosgw 16.2.15 and 18.2.7 keep it for PutObject in a bucket
 * without versions, and pass over it in one with versions and for CompleteMultipartUpload; 20.2.4 keeps it there one after another, and not between writers
 * at once.
 */
export const CEPH: Quirks = {
  ...COMPATIBLE,
  // radosgw knows a bucket in a host name only where `rgw_dns_name` is set, and by default it is not.
  // https://docs.ceph.com/en/latest/radosgw/config-ref/ "rgw_dns_name"
  addressing: "path",
  // Both as rclone has it for Ceph, backend/s3/provider/Ceph.yaml: `list_version: 1`, `list_url_encode: false`.
  listApi: 1,
  listKeysAreUrlEncoded: false,
};
