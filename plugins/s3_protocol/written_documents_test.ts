import assert from "node:assert/strict";
import {
  locationDocument,
  objectLockDocument,
  ownerAclDocument,
  requestPaymentDocument,
  versioningDocument,
} from "./bucket_results.ts";
import { corsDocument, parseCorsConfiguration } from "./cors_rules.ts";
import { errorDocument } from "./error_document.ts";
import { S3Fault } from "./errors.ts";
import {
  listBucketsDocument,
  listObjectsV1Document,
  listObjectsV2Document,
  listUploadsDocument,
  listVersionsDocument,
} from "./list_documents.ts";
import {
  completeMultipartDocument,
  initiateMultipartDocument,
  listPartsDocument,
} from "./multipart_results.ts";
import {
  copyDocument,
  deleteResultDocument,
  legalHoldDocument,
  objectAttributesDocument,
  postResponseDocument,
  retentionDocument,
  taggingDocument,
} from "./object_documents.ts";
import { readXml } from "./read_xml.ts";
import { escapeXml } from "./xml_text.ts";

const AT = Date.UTC(2009, 9, 28, 22, 32);
const OWNER = { id: "me", displayName: "Me" };

/** What stands between the root's tags. */
function inside(document: string): string {
  readXml(new TextEncoder().encode(document));
  const match =
    /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<(\w+)( xmlns="http:\/\/s3\.amazonaws\.com\/doc\/2006-03-01\/")?>(.*)<\/\1>$/s;
  return match.exec(document)?.[3] ?? assert.fail(document);
}

const object = { key: "a b&c/", modifiedAt: AT, etag: "e", size: 5, storageClass: "STANDARD" };
const OBJECT = "<LastModified>2009-10-28T22:32:00.000Z</LastModified><ETag>&quot;e&quot;</ETag>";
const head = { bucket: "b", commonPrefixes: [], isTruncated: false, urlEncoded: false };

Deno.test("text is escaped, control characters too", () => {
  assert.equal(escapeXml(`<a b="c">&\r\n\u0001`), "&lt;a b=&quot;c&quot;&gt;&amp;&#13;&#10;&#1;");
});

Deno.test("buckets are listed with their owner", () => {
  assert.equal(
    inside(listBucketsDocument({ owner: OWNER, buckets: [{ name: "b", createdAt: AT }] })),
    "<Owner><ID>me</ID><DisplayName>Me</DisplayName></Owner><Buckets><Bucket><Name>b</Name>" +
      "<CreationDate>2009-10-28T22:32:00.000Z</CreationDate></Bucket></Buckets>",
  );
});

Deno.test("list 1 says where it begins, and names are escaped", () => {
  assert.equal(
    inside(listObjectsV1Document({ ...head, maxKeys: 10, objects: [object] })),
    "<Name>b</Name><Prefix></Prefix><Marker></Marker><MaxKeys>10</MaxKeys><IsTruncated>false</IsTruncated>" +
      `<Contents><Key>a b&amp;c/</Key>${OBJECT}<Size>5</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  );
});

Deno.test("list 1 encodes its prefix only where the document could not hold it", () => {
  const list = (prefix: string) =>
    listObjectsV1Document({ ...head, urlEncoded: true, prefix, maxKeys: 1, objects: [] });

  assert.match(list("a b"), /<Prefix>a b<\/Prefix>/);
  assert.match(list("a\u0001"), /<Prefix>a%01<\/Prefix>/);
});

Deno.test("list 2 counts keys and common prefixes, and encodes names where that is asked", () => {
  assert.equal(
    inside(
      listObjectsV2Document({
        ...head,
        prefix: "p q",
        delimiter: "/",
        startAfter: "s+",
        continuationToken: "t1",
        nextContinuationToken: "t2",
        isTruncated: true,
        urlEncoded: true,
        commonPrefixes: ["x y/"],
        maxKeys: 2,
        objects: [{ ...object, owner: OWNER, checksumAlgorithms: ["CRC32"], checksumType: "FULL_OBJECT" }],
      }),
    ),
    "<Name>b</Name><Prefix>p%20q</Prefix><StartAfter>s%2B</StartAfter><ContinuationToken>t1</ContinuationToken>" +
      "<NextContinuationToken>t2</NextContinuationToken><KeyCount>2</KeyCount><MaxKeys>2</MaxKeys><Delimiter>/</Delimiter>" +
      "<IsTruncated>true</IsTruncated><EncodingType>url</EncodingType>" +
      `<Contents><Key>a%20b%26c/</Key>${OBJECT}<ChecksumAlgorithm>CRC32</ChecksumAlgorithm>` +
      "<ChecksumType>FULL_OBJECT</ChecksumType><Size>5</Size><Owner><ID>me</ID><DisplayName>Me</DisplayName></Owner>" +
      "<StorageClass>STANDARD</StorageClass></Contents><CommonPrefixes><Prefix>x%20y/</Prefix></CommonPrefixes>",
  );
  assert.match(
    inside(listObjectsV2Document({ ...head, maxKeys: 0, objects: [] })),
    /<Prefix><\/Prefix><KeyCount>0</,
  );
});

Deno.test("versions and delete markers are listed in order", () => {
  const text = inside(listVersionsDocument({
    ...head,
    maxKeys: 3,
    versions: [
      { kind: "delete_marker", key: "k", versionId: "v2", isLatest: true, modifiedAt: AT, owner: OWNER },
      { kind: "object", versionId: "null", isLatest: false, ...object, key: "k" },
    ],
  }));

  assert.equal(
    text,
    "<Name>b</Name><Prefix></Prefix><KeyMarker></KeyMarker><VersionIdMarker></VersionIdMarker><MaxKeys>3</MaxKeys>" +
      "<IsTruncated>false</IsTruncated><DeleteMarker><Key>k</Key><VersionId>v2</VersionId><IsLatest>true</IsLatest>" +
      "<LastModified>2009-10-28T22:32:00.000Z</LastModified><Owner><ID>me</ID><DisplayName>Me</DisplayName></Owner></DeleteMarker>" +
      `<Version><Key>k</Key>${OBJECT}<Size>5</Size><StorageClass>STANDARD</StorageClass>` +
      "<VersionId>null</VersionId><IsLatest>false</IsLatest></Version>",
  );
  const next = {
    prefix: "p",
    keyMarker: "k",
    versionIdMarker: "v",
    nextKeyMarker: "n",
    nextVersionIdMarker: "w",
  };
  assert.match(
    inside(listVersionsDocument({ ...head, ...next, maxKeys: 1, versions: [] })),
    /<Prefix>p<.*<KeyMarker>k<.*<VersionIdMarker>v<.*<NextKeyMarker>n<.*<NextVersionIdMarker>w</,
  );
});

Deno.test("uploads are listed with who began them", () => {
  const upload = {
    key: "k",
    uploadId: "u",
    initiator: OWNER,
    owner: OWNER,
    storageClass: "STANDARD",
    createdAt: AT,
  };
  assert.match(
    inside(listUploadsDocument({ ...head, maxUploads: 1, uploads: [upload] })),
    /^<Bucket>b<\/Bucket><KeyMarker><.*<Prefix><.*<Upload><Key>k<\/Key><UploadId>u<\/UploadId><Initiator><ID>me</,
  );
  assert.match(
    inside(
      listUploadsDocument({
        ...head,
        prefix: "p",
        keyMarker: "k",
        uploadIdMarker: "u",
        maxUploads: 0,
        uploads: [],
      }),
    ),
    /<KeyMarker>k<.*<UploadIdMarker>u<.*<Prefix>p</,
  );
});

Deno.test("the documents of a multipart upload name it, its parts and its ETag", () => {
  const name = { bucket: "b", key: "k", uploadId: "u" };
  assert.equal(
    inside(initiateMultipartDocument(name)),
    "<Bucket>b</Bucket><Key>k</Key><UploadId>u</UploadId>",
  );
  assert.equal(
    inside(completeMultipartDocument({
      location: "http://h/b/k",
      bucket: "b",
      key: "k",
      etag: "e-2",
      checksums: [{ algorithm: "SHA1", value: "x-2" }],
      checksumType: "COMPOSITE",
    })),
    "<Location>http://h/b/k</Location><Bucket>b</Bucket><Key>k</Key><ETag>&quot;e-2&quot;</ETag>" +
      "<ChecksumSHA1>x-2</ChecksumSHA1><ChecksumType>COMPOSITE</ChecksumType>",
  );
  const parts = [{ number: 1, modifiedAt: AT, etag: "e", size: 5 }];
  assert.match(
    inside(listPartsDocument({
      ...name,
      initiator: OWNER,
      owner: OWNER,
      storageClass: "STANDARD",
      partNumberMarker: 0,
      maxParts: 1000,
      isTruncated: false,
      parts,
    })),
    /<PartNumberMarker>0<.*<MaxParts>1000<.*<Part><PartNumber>1<\/PartNumber><LastModified>2009-.*<Size>5<\/Size><\/Part>$/,
  );
});

Deno.test("copies of objects and of parts have documents of their own names", () => {
  const result = { etag: "e", modifiedAt: AT };
  assert.match(copyDocument(result), /<CopyObjectResult xmlns/);
  assert.match(copyDocument(result, true), /<CopyPartResult xmlns/);
  assert.equal(inside(copyDocument(result)), OBJECT);
});

Deno.test("deletes tell what was deleted, unless only failures are asked for", () => {
  const outcomes = [
    { key: "a" },
    { key: "b", versionId: "v", deleteMarker: true, deleteMarkerVersionId: "v" },
    { key: "c", code: "AccessDenied", message: "no" },
  ];
  const failure = "<Error><Key>c</Key><Code>AccessDenied</Code><Message>no</Message></Error>";

  assert.equal(
    inside(deleteResultDocument(outcomes, false)),
    "<Deleted><Key>a</Key></Deleted><Deleted><Key>b</Key><VersionId>v</VersionId><DeleteMarker>true</DeleteMarker>" +
      `<DeleteMarkerVersionId>v</DeleteMarkerVersionId></Deleted>${failure}`,
  );
  assert.equal(inside(deleteResultDocument(outcomes, true)), failure);
});

Deno.test("attributes are those that were asked for", () => {
  const checksums = [{ algorithm: "CRC32", value: "AAAAAA==" }];
  assert.equal(
    inside(objectAttributesDocument({ etag: "e", size: 5 })),
    "<ETag>e</ETag><ObjectSize>5</ObjectSize>",
  );
  assert.equal(
    inside(objectAttributesDocument({ checksums: [], storageClass: "S" })),
    "<StorageClass>S</StorageClass>",
  );
  assert.equal(
    inside(objectAttributesDocument({
      checksums,
      checksumType: "FULL_OBJECT",
      parts: {
        total: 2,
        partNumberMarker: 0,
        nextPartNumberMarker: 1,
        maxParts: 1,
        isTruncated: true,
        parts: [{ number: 1, size: 5, checksums }],
      },
    })),
    "<Checksum><ChecksumCRC32>AAAAAA==</ChecksumCRC32><ChecksumType>FULL_OBJECT</ChecksumType></Checksum><ObjectParts>" +
      "<IsTruncated>true</IsTruncated><MaxParts>1</MaxParts><NextPartNumberMarker>1</NextPartNumberMarker>" +
      "<PartNumberMarker>0</PartNumberMarker><Part><PartNumber>1</PartNumber><Size>5</Size>" +
      "<ChecksumCRC32>AAAAAA==</ChecksumCRC32></Part><PartsCount>2</PartsCount></ObjectParts>",
  );
});

Deno.test("small documents hold what they are named for", () => {
  const retention = { mode: "GOVERNANCE", until: AT } as const;
  const cases: [string, string][] = [
    [
      postResponseDocument({ location: "http://h/b/k", bucket: "b", key: "k", etag: "e" }),
      "<Location>http://h/b/k</Location><Bucket>b</Bucket><Key>k</Key><ETag>&quot;e&quot;</ETag>",
    ],
    [taggingDocument([{ key: "a", value: "b" }]), "<TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet>"],
    [
      retentionDocument(retention),
      "<Mode>GOVERNANCE</Mode><RetainUntilDate>2009-10-28T22:32:00.000Z</RetainUntilDate>",
    ],
    [legalHoldDocument(true), "<Status>ON</Status>"],
    [legalHoldDocument(false), "<Status>OFF</Status>"],
    [locationDocument("us-east-1"), ""],
    [locationDocument("eu&"), "eu&amp;"],
    [versioningDocument("Enabled"), "<Status>Enabled</Status>"],
    [versioningDocument(undefined), ""],
    [objectLockDocument(undefined), "<ObjectLockEnabled>Enabled</ObjectLockEnabled>"],
    [
      objectLockDocument({ mode: "COMPLIANCE", days: 3 }),
      "<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>3</Days>" +
      "</DefaultRetention></Rule>",
    ],
    [requestPaymentDocument(), "<Payer>BucketOwner</Payer>"],
  ];
  for (const [document, content] of cases) assert.equal(inside(document), content);
  assert.match(ownerAclDocument(OWNER), /xsi:type="CanonicalUser"><ID>me<.*<Permission>FULL_CONTROL</);
});

Deno.test("an error's document has its fields, and no element whose name is none", () => {
  const fault = new S3Fault("NoSuchKey", { fields: { Key: "a<b", "x y": "z" } });
  assert.equal(
    inside(errorDocument(fault, { resource: "/b/a", requestId: "r", hostId: "h" })),
    "<Code>NoSuchKey</Code><Message>There is no object of that key</Message><Key>a&lt;b</Key>" +
      "<Resource>/b/a</Resource><RequestId>r</RequestId><HostId>h</HostId>",
  );
});

Deno.test("CORS rules are read back as they were written", () => {
  const rules = [
    {
      id: "1",
      allowedOrigins: ["*"],
      allowedMethods: ["GET", "PUT"],
      allowedHeaders: ["x-*"],
      exposeHeaders: ["etag"],
      maxAgeSeconds: 5,
    },
    { allowedOrigins: ["http://a"], allowedMethods: ["HEAD"], allowedHeaders: [], exposeHeaders: [] },
  ];
  assert.deepEqual(parseCorsConfiguration(new TextEncoder().encode(corsDocument(rules))), rules);
});
