import assert from "node:assert/strict";
import { csvBytes } from "./csv_text.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("CSV lines end in CR LF, and absent cells are empty", () => {
  assert.equal(
    text(csvBytes(["run", "rmse"], [["k", 40.5], ["m", undefined]])),
    "run,rmse\r\nk,40.5\r\nm,\r\n",
  );
});

Deno.test("CSV quotes commas, quotes and line breaks, and nothing else", () => {
  assert.equal(
    text(csvBytes(['a"b'], [["1,2"], ["two\nlines"], ["=1+1"], [" spaced "]])),
    '"a""b"\r\n"1,2"\r\n"two\nlines"\r\n=1+1\r\n spaced \r\n',
  );
});

Deno.test("CSV shows control characters in place of sending them", () => {
  assert.equal(text(csvBytes(["note"], [["\x1b[2Jgone\r"]])), "note\r\n\\x1b[2Jgone\\r\r\n");
});
