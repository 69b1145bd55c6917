import assert from "node:assert/strict";
import { canonicalJson, canonicalJsonBytes } from "./canonical_json.ts";

// RFC 8785, Appendix B: IEEE 754 bits, and how they are written.
const NUMBERS: readonly (readonly [bits: string, json: string])[] = [
  ["0000000000000000", "0"],
  ["8000000000000000", "0"],
  ["0000000000000001", "5e-324"],
  ["8000000000000001", "-5e-324"],
  ["7fefffffffffffff", "1.7976931348623157e+308"],
  ["ffefffffffffffff", "-1.7976931348623157e+308"],
  ["4340000000000000", "9007199254740992"],
  ["c340000000000000", "-9007199254740992"],
  ["4430000000000000", "295147905179352830000"],
  ["44b52d02c7e14af5", "9.999999999999997e+22"],
  ["44b52d02c7e14af6", "1e+23"],
  ["44b52d02c7e14af7", "1.0000000000000001e+23"],
  ["444b1ae4d6e2ef4e", "999999999999999700000"],
  ["444b1ae4d6e2ef4f", "999999999999999900000"],
  ["444b1ae4d6e2ef50", "1e+21"],
  ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
  ["3eb0c6f7a0b5ed8d", "0.000001"],
  ["41b3de4355555553", "333333333.3333332"],
  ["41b3de4355555554", "333333333.33333325"],
  ["41b3de4355555555", "333333333.3333333"],
  ["41b3de4355555556", "333333333.3333334"],
  ["41b3de4355555557", "333333333.33333343"],
  ["becbf647612f3696", "-0.0000033333333333333333"],
  ["43143ff3c1cb0959", "1424953923781206.2"],
];

function numberOfBits(bits: string): number {
  return new DataView(Uint8Array.fromHex(bits).buffer).getFloat64(0);
}

for (const [bits, json] of NUMBERS) {
  Deno.test(`canonicalJson() writes the number ${bits} as RFC 8785 does`, () => {
    assert.equal(canonicalJson(numberOfBits(bits)), json);
  });
}

for (const bits of ["7fffffffffffffff", "7ff0000000000000", "fff0000000000000"]) {
  Deno.test(`canonicalJson() refuses the number ${bits}`, () => {
    assert.throws(() => canonicalJson(numberOfBits(bits)), TypeError);
  });
}

Deno.test("canonicalJson() gives the bytes of the example in RFC 8785, sections 3.2.2 to 3.2.4", () => {
  const input = String.raw`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`;

  const hex = canonicalJsonBytes(JSON.parse(input)).toHex();

  assert.equal(
    hex,
    "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b333333333333333333" +
      "2e333333333333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c753030" +
      "30665c6e4127425c225c5c5c5c5c222f227d",
  );
});

Deno.test("canonicalJson() sorts names by UTF-16 code units, as RFC 8785 section 3.2.3 shows", () => {
  const input = {
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis",
  };

  assert.deepEqual(Object.values(JSON.parse(canonicalJson(input))).sort(), Object.values(input).sort());
  assert.equal(
    canonicalJson(input),
    '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis",' +
      '"\u20ac":"Euro Sign","\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
  );
});

Deno.test("canonicalJson() leaves out members that are undefined", () => {
  assert.equal(canonicalJson({ b: undefined, a: 1 }), '{"a":1}');
});

Deno.test("canonicalJson() keeps a member named __proto__", () => {
  assert.equal(canonicalJson(JSON.parse('{"__proto__":{"x":1}}')), '{"__proto__":{"x":1}}');
});

Deno.test("canonicalJson() refuses what is no JSON value", () => {
  assert.throws(() => canonicalJson([undefined] as never), {
    message: "Canonical JSON cannot hold a undefined",
  });
  assert.throws(() => canonicalJson({ a: 1n } as never), { message: "Canonical JSON cannot hold a bigint" });
});

Deno.test("canonicalJson() refuses lone surrogates in values and names", () => {
  assert.throws(() => canonicalJson("\ud800"), TypeError);
  assert.throws(() => canonicalJson({ "\udc00": 1 }), TypeError);
});
