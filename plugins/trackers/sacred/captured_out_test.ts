import assert from "node:assert/strict";
import { appendOut } from "./captured_out.ts";

const NOTHING = { text: "", cut: 0 };

Deno.test("text is appended", () => {
  assert.deepEqual(appendOut(appendOut(NOTHING, "one\n"), "two µ\n"), { text: "one\ntwo µ\n", cut: 0 });
});

Deno.test("of a line that is written over the last state stays, in whatever pieces it comes", () => {
  const text = "start\n 1%\r 50%\r100%\ndone\r\n";
  const whole = appendOut(NOTHING, text);
  const pieces = [...text].reduce(appendOut, NOTHING);

  assert.equal(whole.text, "start\n100%\ndone\r\n");
  assert.deepEqual(pieces, whole);
});

Deno.test("a long text loses whole lines at its beginning, and says how many bytes", () => {
  let out = NOTHING;
  let sent = 0;
  for (let i = 0; i < 200; i++) {
    const piece = `line ${i} ${"µ".repeat(5000)}\n`;
    sent += new TextEncoder().encode(piece).length;
    out = appendOut(out, piece);
  }

  const [mark, ...lines] = out.text.split("\n");
  assert.match(mark!, new RegExp(`^\\[… ${out.cut} bytes cut; .*stdout\\.log`));
  assert.match(lines[0]!, /^line \d+ µ+$/);
  assert.match(lines.at(-2)!, /^line 199 µ+$/);
  assert.equal(new TextEncoder().encode(lines.join("\n")).length + out.cut, sent);
  assert.ok(out.text.length <= 512 * 1024 + 200);
});

Deno.test("a text without lines is cut between characters", () => {
  const out = appendOut(NOTHING, "🚲".repeat(300_001));

  assert.match(out.text, /^\[… \d+ bytes cut.*\]\n🚲/);
  assert.equal(out.cut % 4, 0);
});
