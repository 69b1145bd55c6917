import assert from "node:assert/strict";
import { parseCreateBucketConfiguration, parseVersioningConfiguration } from "./bucket_documents.ts";
import { parseCorsConfiguration } from "./cors_rules.ts";
import { parseDelete } from "./delete_document.ts";
import { isS3Fault, type S3ErrorCode } from "./errors.ts";
import { parseCompleteMultipartUpload } from "./multipart_document.ts";
import {
  parseLegalHold,
  parseLockHeaders,
  parseObjectLockConfiguration,
  parseRetention,
} from "./object_lock_document.ts";
import { parseTagging, parseTaggingHeader } from "./tagging_document.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function assertFault(code: S3ErrorCode, run: () => unknown): void {
  assert.throws(run, (error) => isS3Fault(error, code) || assert.fail(`not ${code}: ${error}`));
}

const part = (number: number | string, more = "") =>
  `<Part><PartNumber>${number}</PartNumber><ETag>"e${number}"</ETag>${more}</Part>`;
const complete = (parts: string) => bytes(`<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`);

Deno.test("CompleteMultipartUpload gives numbers, ETags without quotes, and checksums", () => {
  assert.deepEqual(
    parseCompleteMultipartUpload(complete(part(1, "<ChecksumCRC32C>AAAAAA==</ChecksumCRC32C>") + part(3))),
    [
      { number: 1, etag: "e1", checksums: [{ algorithm: "CRC32C", value: "AAAAAA==" }] },
      { number: 3, etag: "e3", checksums: [] },
    ],
  );
});

Deno.test("CompleteMultipartUpload that names a part twice means the last", () => {
  const twice = part(1) + "<Part><PartNumber>1</PartNumber><ETag>other</ETag></Part>" + part(2);

  const parts = parseCompleteMultipartUpload(complete(twice));

  assert.deepEqual(parts.map(({ number, etag }) => [number, etag]), [[1, "other"], [2, "e2"]]);
});

Deno.test("CompleteMultipartUpload wants parts, in ascending order, each with number and ETag", () => {
  assertFault("InvalidPartOrder", () => parseCompleteMultipartUpload(complete(part(2) + part(1))));
  for (const number of [0, 10_001, -1, "x", ""]) {
    assertFault("MalformedXML", () => parseCompleteMultipartUpload(complete(part(number))));
  }
  assertFault("MalformedXML", () => parseCompleteMultipartUpload(complete("")));
  assertFault(
    "MalformedXML",
    () => parseCompleteMultipartUpload(complete("<Part><PartNumber>1</PartNumber></Part>")),
  );
  assertFault("MalformedXML", () => parseCompleteMultipartUpload(complete("<Part><ETag>a</ETag></Part>")));
  assertFault("MalformedXML", () => parseCompleteMultipartUpload(complete(part(1, "<ETag>b</ETag>"))));
  assertFault("MalformedXML", () => parseCompleteMultipartUpload(bytes("<Delete></Delete>")));
});

Deno.test("Delete gives keys as they stand, and what has to be so", () => {
  const request = parseDelete(
    bytes(`<?xml version="1.0"?><Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>
    <Object><Key> a&amp;b&#13;</Key><VersionId>v1</VersionId></Object>
    <Object><Key>c</Key><VersionId/><ETag>"e"</ETag><LastModifiedTime>1994-11-06T08:49:37Z</LastModifiedTime><Size>5</Size></Object>
  </Delete>`),
  );

  assert.deepEqual(request, {
    quiet: true,
    objects: [
      { key: " a&b\r", versionId: "v1" },
      { key: "c", etag: "e", modifiedAt: Date.UTC(1994, 10, 6, 8, 49, 37), size: 5 },
    ],
  });
  assert.equal(parseDelete(bytes("<Delete><Object><Key>a</Key></Object></Delete>")).quiet, false);
});

Deno.test("Delete wants 1 to 1,000 objects with keys", () => {
  const object = "<Object><Key>a</Key></Object>";
  assert.equal(parseDelete(bytes(`<Delete>${object.repeat(1000)}</Delete>`)).objects.length, 1000);
  for (
    const inside of [
      "",
      object.repeat(1001),
      "<Object/>",
      "<Object><Key/></Object>",
      `${object}<Quiet>yes</Quiet>`,
    ]
  ) {
    assertFault("MalformedXML", () => parseDelete(bytes(`<Delete>${inside}</Delete>`)));
  }
  const date = "<Object><Key>a</Key><LastModifiedTime>then</LastModifiedTime></Object>";
  assertFault("MalformedXML", () => parseDelete(bytes(`<Delete>${date}</Delete>`)));
});

Deno.test("VersioningConfiguration gives its status", () => {
  const read = (inside: string) =>
    parseVersioningConfiguration(bytes(`<VersioningConfiguration>${inside}</VersioningConfiguration>`));
  assert.equal(read("<Status>Enabled</Status>"), "Enabled");
  assert.equal(read("<Status>Suspended</Status><MfaDelete>Disabled</MfaDelete>"), "Suspended");
  assertFault("MalformedXML", () => read("<Status>enabled</Status>"));
  assertFault("IllegalVersioningConfigurationException", () => read(""));
  assertFault("NotImplemented", () => read("<Status>Enabled</Status><MfaDelete>Enabled</MfaDelete>"));
});

Deno.test("CreateBucketConfiguration gives its region, and may be missing or empty", () => {
  const read = (inside: string) =>
    parseCreateBucketConfiguration(bytes(`<CreateBucketConfiguration>${inside}</CreateBucketConfiguration>`));
  assert.equal(read("<LocationConstraint>eu-west-1</LocationConstraint>"), "eu-west-1");
  assert.equal(read(""), undefined);
  assert.equal(read("<LocationConstraint/>"), undefined);
  assert.equal(parseCreateBucketConfiguration(new Uint8Array()), undefined);
});

const tag = (key: string, value: string) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`;
const tagging = (tags: string) => bytes(`<Tagging><TagSet>${tags}</TagSet></Tagging>`);

Deno.test("Tagging gives tags in order, also none", () => {
  assert.deepEqual(parseTagging(tagging(tag("a", " b ") + tag("c", "")), 10), [
    { key: "a", value: " b " },
    { key: "c", value: "" },
  ]);
  assert.deepEqual(parseTagging(tagging(""), 10), []);
});

Deno.test("tags past their limits are InvalidTag", () => {
  const many = Array.from({ length: 11 }, (_, i) => tag(`k${i}`, "")).join("");
  assert.equal(parseTagging(tagging(many), 50).length, 11);
  for (
    const tags of [
      many,
      tag("a", "") + tag("a", "b"),
      tag("", ""),
      tag("k".repeat(129), ""),
      tag("k", "v".repeat(257)),
    ]
  ) {
    assertFault("InvalidTag", () => parseTagging(tagging(tags), 10));
  }
  assertFault("MalformedXML", () => parseTagging(bytes("<Tagging/>"), 10));
});

Deno.test("tags in a header are written as a query", () => {
  assert.deepEqual(parseTaggingHeader("a=b%20c&d"), [{ key: "a", value: "b c" }, { key: "d", value: "" }]);
});

const lock = (inside: string) =>
  parseObjectLockConfiguration(bytes(`<ObjectLockConfiguration>${inside}</ObjectLockConfiguration>`));
const rule = (inside: string) =>
  `<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>${inside}</DefaultRetention></Rule>`;

Deno.test("ObjectLockConfiguration gives its default retention, if it has one", () => {
  assert.deepEqual(lock("<ObjectLockEnabled>Enabled</ObjectLockEnabled>"), {});
  assert.deepEqual(lock(rule("<Mode>GOVERNANCE</Mode><Days>1</Days>")), {
    defaultRetention: { mode: "GOVERNANCE", days: 1 },
  });
  assert.deepEqual(lock(rule("<Mode>COMPLIANCE</Mode><Years>2</Years>")), {
    defaultRetention: { mode: "COMPLIANCE", years: 2 },
  });
});

Deno.test("ObjectLockConfiguration is refused as S3 refuses it", () => {
  for (const period of ["<Days>0</Days>", "<Years>-1</Years>", "<Days>36501</Days>", "<Years>101</Years>"]) {
    assertFault("InvalidRetentionPeriod", () => lock(rule(`<Mode>GOVERNANCE</Mode>${period}`)));
  }
  for (
    const inside of [
      "",
      "<ObjectLockEnabled>Disabled</ObjectLockEnabled>",
      "<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule/>",
      rule("<Days>1</Days>"),
      rule("<Mode>governance</Mode><Days>1</Days>"),
      rule("<Mode>GOVERNANCE</Mode>"),
      rule("<Mode>GOVERNANCE</Mode><Days>1</Days><Years>1</Years>"),
    ]
  ) assertFault("MalformedXML", () => lock(inside));
});

Deno.test("Retention gives mode and time, or lifts", () => {
  const read = (inside: string) => parseRetention(bytes(`<Retention>${inside}</Retention>`));
  assert.deepEqual(
    read("<Mode>GOVERNANCE</Mode><RetainUntilDate>2030-01-01T00:00:00.000Z</RetainUntilDate>"),
    {
      mode: "GOVERNANCE",
      until: Date.UTC(2030, 0, 1),
    },
  );
  assert.equal(read(""), undefined);
  for (
    const inside of [
      "<Mode>x</Mode>",
      "<Mode>GOVERNANCE</Mode>",
      "<Mode>GOVERNANCE</Mode><RetainUntilDate>x</RetainUntilDate>",
    ]
  ) {
    assertFault("MalformedXML", () => read(inside));
  }
});

Deno.test("LegalHold is on or off", () => {
  const read = (inside: string) => parseLegalHold(bytes(`<LegalHold>${inside}</LegalHold>`));
  assert.equal(read("<Status>ON</Status>"), true);
  assert.equal(read("<Status>OFF</Status>"), false);
  assertFault("MalformedXML", () => read("<Status>abc</Status>"));
  assertFault("MalformedXML", () => read(""));
});

Deno.test("object lock in headers is read whole or refused", () => {
  const read = (mode?: string, date?: string, hold?: string) =>
    parseLockHeaders((name) => name.endsWith("mode") ? mode : name.endsWith("date") ? date : hold);
  const date = "2030-01-01T00:00:00Z";
  const retention = { mode: "COMPLIANCE", until: Date.UTC(2030, 0, 1) };

  assert.deepEqual(read(), {});
  assert.deepEqual(read("COMPLIANCE", date), { retention });
  assert.deepEqual(read("COMPLIANCE", date, "OFF"), { legalHold: false, retention });
  assert.deepEqual(read(undefined, undefined, "ON"), { legalHold: true });
  assertFault("InvalidRequest", () => read("COMPLIANCE"));
  assertFault("InvalidRequest", () => read(undefined, date));
  assertFault("InvalidArgument", () => read("x", date));
  assertFault("InvalidArgument", () => read("COMPLIANCE", "x"));
  assertFault("InvalidArgument", () => read(undefined, undefined, "maybe"));
});

Deno.test("CORSConfiguration is refused without rules, and for rules that say too little or cannot be", () => {
  const read = (rules: string) =>
    parseCorsConfiguration(bytes(`<CORSConfiguration>${rules}</CORSConfiguration>`));
  const good = "<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>";
  for (
    const rules of [
      "",
      good.repeat(101),
      "<CORSRule><AllowedOrigin>*</AllowedOrigin></CORSRule>",
      "<CORSRule><AllowedMethod>GET</AllowedMethod></CORSRule>",
    ]
  ) assertFault("MalformedXML", () => read(rules));
  assertFault("InvalidRequest", () => read(good.replace("GET", "PATCH")));
  assertFault("InvalidRequest", () => read(good.replace("*", "http://*.*")));
});
