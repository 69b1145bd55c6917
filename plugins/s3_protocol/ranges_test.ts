import assert from "node:assert/strict";
import { isS3Fault, type S3ErrorCode } from "./errors.ts";
import { contentRange, parseCopyRange, parseRange } from "./ranges.ts";

function assertFault(code: S3ErrorCode, run: () => unknown): void {
  assert.throws(run, (error) => isS3Fault(error, code) || assert.fail(`not ${code}: ${error}`));
}

const SERVED: readonly [header: string, offset: number, length: number][] = [
  ["bytes=0-0", 0, 1],
  ["bytes=2-4", 2, 3],
  ["bytes=8-", 8, 2],
  ["bytes=5-100", 5, 5],
  ["bytes=-3", 7, 3],
  ["bytes=-100", 0, 10],
  ["Bytes = 1 - 2", 1, 2],
];
for (const [header, offset, length] of SERVED) {
  Deno.test(`${header} of 10 bytes is ${length} from ${offset}`, () => {
    assert.deepEqual(parseRange(header, 10), { offset, length });
  });
}

for (const header of [undefined, "", "bytes=-", "bytes=4-2", "bytes=a-b", "bytes=0-1,3-4", "lines=0-1"]) {
  Deno.test(`the range ${header} gives the whole`, () => {
    assert.equal(parseRange(header, 10), undefined);
  });
}

for (
  const [header, size] of [["bytes=10-", 10], ["bytes=10-12", 10], ["bytes=-0", 10], ["bytes=-1", 0], [
    "bytes=0-0",
    0,
  ]] as const
) {
  Deno.test(`${header} of ${size} bytes is InvalidRange, and the size is told`, () => {
    assert.throws(
      () => parseRange(header, size),
      (error) => isS3Fault(error, "InvalidRange") && error.headers["content-range"] === `bytes */${size}`,
    );
  });
}

Deno.test("contentRange() names first, last and size", () => {
  assert.equal(contentRange({ offset: 2, length: 3 }, 10), "bytes 2-4/10");
});

Deno.test("the range of a copy lies within its source, or is refused", () => {
  assert.deepEqual(parseCopyRange("bytes=2-9", 10), { offset: 2, length: 8 });
  assertFault("InvalidRange", () => parseCopyRange("bytes=2-10", 10));
  for (const header of ["bytes=3-2", "bytes=2-", "bytes=-2", "0-2", ""]) {
    assertFault("InvalidArgument", () => parseCopyRange(header, 10));
  }
});
