import assert from "node:assert/strict";
import fc from "fast-check";
import { redactor, textRedactor } from "./redact.ts";

const encode = (text: string) => new TextEncoder().encode(text);

function redact(secrets: Record<string, string>, ...pieces: Uint8Array[]): string {
  const filter = redactor(secrets);
  const parts = [...pieces.map((piece) => filter.push(piece).slice()), filter.end()];
  return parts.map((part) => new TextDecoder("latin1").decode(part)).join("");
}

const TOKEN = { TOKEN: "hf_p/ss w+rd" };

Deno.test("a secret is replaced by its name", () => {
  assert.equal(
    redact(TOKEN, encode("use hf_p/ss w+rd, twice: hf_p/ss w+rdhf_p/ss w+rd")),
    "use [secret TOKEN], twice: [secret TOKEN][secret TOKEN]",
  );
});

Deno.test("the base64, URL-encoded and JSON forms of a secret are replaced as well", () => {
  const url = encodeURIComponent(TOKEN.TOKEN);
  assert.equal(redact(TOKEN, encode(`a=${url}&b=${url.toLowerCase()}`)), "a=[secret TOKEN]&b=[secret TOKEN]");
  assert.equal(
    redact({ KEY: 'a"b\nc' }, encode(JSON.stringify({ key: 'a"b\nc' }))),
    '{"key":"[secret KEY]"}',
  );
  for (const before of ["", "u", "us", "usr:"]) {
    const text = redact(TOKEN, encode(encode(before + TOKEN.TOKEN + ":x").toBase64()));
    assert.match(text, /\[secret TOKEN\]/, before);
  }
});

Deno.test("each line of a secret is replaced where it stands alone, but for short ones", () => {
  const KEY = "-----BEGIN KEY-----\r\nMIIEvQIBADANBg\r\n  kqhkiG9w0BAQEF\n}\n";

  assert.equal(redact({ KEY }, encode(`${KEY}.`)), "[secret KEY].");
  assert.equal(
    redact({ KEY }, encode("sorted: MIIEvQI"), encode("BADANBg kqhkiG9w0BAQEF } -----BEGIN")),
    "sorted: [secret KEY] [secret KEY] } -----BEGIN",
  );
});

Deno.test("a text is redacted to its end", () => {
  assert.equal(textRedactor(TOKEN)("ä hf_p/ss w+rd, hf_p/ss"), "ä [secret TOKEN], hf_p/ss");
  assert.equal(textRedactor({})("hf_p/ss w+rd"), "hf_p/ss w+rd");
});

Deno.test("bytes that only begin like a secret come out in the end", () => {
  assert.equal(redact(TOKEN, encode("hf_p/s"), encode("x hf_p/ss")), "hf_p/sx hf_p/ss");
});

Deno.test("of two secrets that begin alike the longer is found, also across pieces", () => {
  const secrets = { SHORT: "abcd", LONG: "abcdefgh" };
  assert.equal(
    redact(secrets, encode("abcd"), encode("efgh abcd"), encode("efgx")),
    "[secret LONG] [secret SHORT]efgx",
  );
  assert.equal(redact(secrets, encode("abcd")), "[secret SHORT]");
});

Deno.test("values of fewer than four characters stay", () => {
  assert.equal(redact({ A: "1", B: "", C: "abc" }, encode("1 abc")), "1 abc");
});

Deno.test("without secrets the bytes pass as they are", () => {
  const bytes = encode("x");
  assert.equal(redactor({}).push(bytes), bytes);
});

Deno.test("no cut of the stream lets a secret through, and nothing else is changed", () => {
  const piece = fc.oneof(
    fc.constantFrom("s3cret", "s3cr", "ret", "s3", "czNjcmV0", "\n"),
    fc.string({ maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.nat(20), { maxLength: 20 }), (texts, cuts) => {
      const whole = encode(texts.join(""));
      const pieces: Uint8Array[] = [];
      let at = 0;
      for (const cut of cuts) pieces.push(whole.subarray(at, at += cut));
      pieces.push(whole.subarray(at));
      const secrets = { S: "s3cret" };
      assert.equal(redact(secrets, ...pieces), redact(secrets, whole));
      assert.ok(!redact(secrets, ...pieces).includes("s3cret"));
    }),
    { seed: 7 },
  );
});
