import assert from "node:assert/strict";
import {
  allowsChecksumType,
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checksumElement,
  checksumHeader,
  checksumOf,
  compositeChecksum,
  defaultChecksumType,
  fullObjectChecksum,
  isChecksumText,
  parseChecksumAlgorithm,
  startChecksum,
} from "./checksums.ts";
import { isS3Fault } from "./errors.ts";

const utf8 = new TextEncoder();

/** A row of the published check values. */
interface CheckValue {
  readonly algorithm: ChecksumAlgorithm;
  readonly text: string;
  readonly hex: string;
}

const CHECK_VALUES = JSON.parse(
  Deno.readTextFileSync(new URL("../../fixtures/wire/checksums.json", import.meta.url)),
) as CheckValue[];

for (const { algorithm, text, hex } of CHECK_VALUES) {
  Deno.test(`${algorithm} of ${JSON.stringify(text)} is the published value`, () => {
    assert.equal(checksumOf(algorithm, utf8.encode(text)), Uint8Array.fromHex(hex).toBase64());
  });
}

/** Bytes that look like noise, the same each time. */
function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => (state = Math.imul(state, 1664525) + 1013904223 | 0) >>> 24);
}

for (const algorithm of CHECKSUM_ALGORITHMS) {
  Deno.test(`${algorithm} is the same in whatever pieces the bytes come`, () => {
    const bytes = noise(1000);
    const whole = checksumOf(algorithm, bytes);

    for (const step of [1, 7, 16, 17, 333]) {
      const checksum = startChecksum(algorithm);
      for (let at = 0; at < bytes.length; at += step) checksum.update(bytes.subarray(at, at + step));
      assert.equal(checksum.base64(), whole);
    }
  });
}

for (const algorithm of ["CRC32", "CRC32C", "CRC64NVME"] as const) {
  Deno.test(`the ${algorithm} of an object is combined from those of its parts`, () => {
    const bytes = noise(5000);
    const cuts = [0, 1, 1, 1300, 4096, 5000];

    const parts = cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end))
      .map((part) => ({ checksum: checksumOf(algorithm, part), size: part.length }));

    assert.equal(fullObjectChecksum(algorithm, parts), checksumOf(algorithm, bytes));
  });
}

Deno.test("hashes are not combined", () => {
  assert.throws(() => fullObjectChecksum("SHA256", []), RangeError);
});

Deno.test("a composite checksum is that of the parts' checksums, and says how many they are", () => {
  const parts = ["abc", "de"].map((text) => ({
    checksum: checksumOf("SHA256", utf8.encode(text)),
    size: text.length,
  }));
  const joined = new Uint8Array([
    ...Uint8Array.fromBase64(parts[0]!.checksum),
    ...Uint8Array.fromBase64(parts[1]!.checksum),
  ]);

  assert.equal(compositeChecksum("SHA256", parts), `${checksumOf("SHA256", joined)}-2`);
});

Deno.test("headers and elements are named as S3 does", () => {
  assert.equal(checksumHeader("CRC64NVME"), "x-amz-checksum-crc64nvme");
  assert.equal(checksumElement("SHA1"), "ChecksumSHA1");
});

Deno.test("parseChecksumAlgorithm() takes any case, and refuses what is none", () => {
  assert.equal(parseChecksumAlgorithm("crc32c"), "CRC32C");
  assert.throws(() => parseChecksumAlgorithm("md5"), (error) => isS3Fault(error, "InvalidRequest"));
});

Deno.test("a checksum is base64 of the right length, spelt canonically", () => {
  const cases: [string, boolean][] = [
    ["AAAAAA==", true],
    ["AAAAAA", false],
    ["AAAAAB==", false],
    ["AAAA AA==", false],
    ["AAAA", false],
    ["", false],
    ["!!!!!!==", false],
  ];
  for (const [text, is] of cases) assert.equal(isChecksumText("CRC32", text), is, text);
});

Deno.test("types of checksums are allowed as S3's table has them", () => {
  const allowed = CHECKSUM_ALGORITHMS.map((algorithm) => [
    algorithm,
    allowsChecksumType(algorithm, "FULL_OBJECT"),
    allowsChecksumType(algorithm, "COMPOSITE"),
    defaultChecksumType(algorithm),
  ]);

  assert.deepEqual(allowed, [
    ["CRC32", true, true, "COMPOSITE"],
    ["CRC32C", true, true, "COMPOSITE"],
    ["CRC64NVME", true, false, "FULL_OBJECT"],
    ["SHA1", false, true, "COMPOSITE"],
    ["SHA256", false, true, "COMPOSITE"],
  ]);
});
