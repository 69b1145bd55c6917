import assert from "node:assert/strict";
import { corsHeaders, type CorsRule } from "./cors_rules.ts";

const RULE: CorsRule = {
  allowedOrigins: ["*"],
  allowedMethods: ["GET"],
  allowedHeaders: [],
  exposeHeaders: [],
};
const asks = (origin: string, method = "GET", headers: string[] = []) => ({ origin, method, headers });
const origin = (rules: CorsRule[], question: ReturnType<typeof asks>) =>
  corsHeaders(rules, question)?.["access-control-allow-origin"];

Deno.test("a rule for all origins answers with a star", () => {
  assert.deepEqual(corsHeaders([RULE], asks("http://a")), {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET",
    "vary": "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
  });
});

Deno.test("a rule for some origins answers with the one that asks", () => {
  const rule = {
    ...RULE,
    allowedOrigins: ["http://*.b"],
    allowedHeaders: ["X-*"],
    exposeHeaders: ["etag", "x-a"],
    maxAgeSeconds: 9,
  };

  assert.deepEqual(corsHeaders([rule], asks("http://a.b", "GET", ["x-one"])), {
    "access-control-allow-origin": "http://a.b",
    "access-control-allow-credentials": "true",
    "access-control-allow-methods": "GET",
    "access-control-allow-headers": "x-one",
    "access-control-expose-headers": "etag, x-a",
    "access-control-max-age": "9",
    "vary": "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
  });
});

const PATTERNS: readonly [pattern: string, origin: string, matches: boolean][] = [
  ["*suffix", "foo.suffix", true],
  ["*suffix", "foo.suffix.get", false],
  ["start*end", "startend", true],
  ["start*end", "start1end", true],
  ["start*end", "start1end.x", false],
  ["aba*aba", "aba", false],
  ["prefix*", "prefix", true],
  ["prefix*", "x.prefix", false],
  ["http://a", "http://a", true],
  ["http://a", "http://ab", false],
];
for (const [pattern, asking, matches] of PATTERNS) {
  Deno.test(`${asking} is ${matches ? "" : "not "}one of ${pattern}`, () => {
    assert.equal(origin([{ ...RULE, allowedOrigins: [pattern] }], asks(asking)) !== undefined, matches);
  });
}

Deno.test("the first rule that allows all that is asked answers; none, no answer", () => {
  const rules = [RULE, {
    ...RULE,
    allowedOrigins: ["http://a"],
    allowedMethods: ["PUT"],
    allowedHeaders: ["x-a"],
  }];

  assert.equal(origin(rules, asks("http://a", "PUT", ["X-A"])), "http://a");
  assert.equal(origin(rules, asks("http://a", "PUT", ["x-a", "x-b"])), undefined);
  assert.equal(origin(rules, asks("http://b", "PUT")), undefined);
  assert.equal(origin([], asks("http://b")), undefined);
});
