import assert from "node:assert/strict";
import { httpDate, isoDate, parseHttpDate, parseTimestamp, timestampText } from "./timestamp.ts";

const AT = Date.UTC(1994, 10, 6, 8, 49, 37);

Deno.test("times are written as each place has them", () => {
  assert.equal(timestampText(AT + 999), "19941106T084937Z");
  assert.equal(httpDate(AT), "Sun, 06 Nov 1994 08:49:37 GMT");
  assert.equal(isoDate(AT), "1994-11-06T08:49:37.000Z");
});

Deno.test("parseTimestamp() takes its one form, and no day that is not in the calendar", () => {
  assert.equal(parseTimestamp("19941106T084937Z"), AT);
  for (const text of ["19940230T000000Z", "19941106T084937", "1994-11-06T08:49:37Z", ""]) {
    assert.equal(parseTimestamp(text), undefined, text);
  }
});

Deno.test("parseHttpDate() takes the forms of RFC 9110, ISO 8601 and signatures", () => {
  for (
    const text of [
      "Sun, 06 Nov 1994 08:49:37 GMT",
      "Sunday, 06-Nov-94 08:49:37 GMT",
      "Sun Nov  6 08:49:37 1994 GMT",
      "1994-11-06T08:49:37Z",
      " 19941106T084937Z ",
    ]
  ) assert.equal(parseHttpDate(text), AT, text);
  assert.equal(parseHttpDate("yesterday"), undefined);
});
