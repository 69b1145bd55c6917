import assert from "node:assert/strict";
import { isBucketName, parseCopySource, readAddress, requireBucketName } from "./bucket_names.ts";
import { isS3Fault } from "./errors.ts";
import { percentDecode } from "./percent_encoding.ts";

Deno.test("bucket names follow S3's rules", () => {
  for (const name of ["abc", "a.b-c", "0a0", "a".repeat(63), "1.2.3.4.5"]) {
    assert.equal(isBucketName(name), true, name);
  }
  for (
    const name of [
      "ab",
      "a".repeat(64),
      "Abc",
      "a_b",
      "-abc",
      "abc-",
      "a..b",
      "a.-b",
      "a-.b",
      "192.168.5.4",
      "xn--abc",
      "abc-s3alias",
      "../x",
      "",
    ]
  ) assert.equal(isBucketName(name), false, name);
});

Deno.test("requireBucketName() gives the name back, or names it", () => {
  assert.equal(requireBucketName("abc"), "abc");
  assert.throws(
    () => requireBucketName("A"),
    (error) => isS3Fault(error, "InvalidBucketName") && error.fields.BucketName === "A",
  );
});

const ADDRESSES: readonly [host: string, path: string, address: object][] = [
  ["localhost:7480", "/", {}],
  ["localhost", "/b", { bucket: "b" }],
  ["localhost", "/b/", { bucket: "b" }],
  ["localhost", "/b//k/../x/", { bucket: "b", key: "/k/../x/" }],
  ["b.s3.local:80", "/", { bucket: "b" }],
  ["B.S3.local", "/k/l", { bucket: "b", key: "k/l" }],
  ["s3.local", "/b/k", { bucket: "b", key: "k" }],
];
for (const [host, path, address] of ADDRESSES) {
  Deno.test(`${path} at ${host} is ${JSON.stringify(address)}`, () => {
    assert.deepEqual(readAddress(host, path, ["s3.local"]), address);
  });
}

Deno.test("a path whose bucket has no name is not the service itself", () => {
  for (const path of ["//b/k", "//"]) {
    assert.throws(() => readAddress("localhost", path), (error) => isS3Fault(error, "InvalidBucketName"));
  }
});

Deno.test("without names of its own a server reads paths alone", () => {
  assert.deepEqual(readAddress("b.s3.local", "/c"), { bucket: "c" });
});

const SOURCES: readonly [header: string, source: object][] = [
  ["/b/k", { bucket: "b", key: "k" }],
  ["b/a%2Fb%25", { bucket: "b", key: "a/b%" }],
  ["b/k?versionId=v1", { bucket: "b", key: "k", versionId: "v1" }],
  ["b/k%3FversionId=v1", { bucket: "b", key: "k?versionId=v1" }],
  ["b/k?versionId=", { bucket: "b", key: "k" }],
];
for (const [header, source] of SOURCES) {
  Deno.test(`the copy source ${header} is read`, () => {
    assert.deepEqual(parseCopySource(header, percentDecode), source);
  });
}

Deno.test("a copy source without bucket or key is InvalidArgument", () => {
  for (const header of ["", "/", "b", "b/", "/b"]) {
    assert.throws(
      () => parseCopySource(header, percentDecode),
      (error) => isS3Fault(error, "InvalidArgument"),
      header,
    );
  }
});
