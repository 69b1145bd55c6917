import assert from "node:assert/strict";
import { parseDigest } from "../model/digest.ts";
import type { Params } from "../model/params.ts";
import { seedOf } from "./seed.ts";

const FALLBACK = parseDigest(`sha256:deadbeef${"0".repeat(56)}`);

for (const seed of [0, 7, 2 ** 32 - 1]) {
  Deno.test(`seedOf() takes params.seed ${seed}`, () => {
    assert.equal(seedOf({ seed }, FALLBACK), seed);
  });
}

const OTHERS: Params[] = [{}, { seed: -1 }, { seed: 1.5 }, { seed: 2 ** 32 }, { seed: "7" }, { seed: null }];
for (const params of OTHERS) {
  Deno.test(`seedOf() takes 32 bits of the digest where params are ${JSON.stringify(params)}`, () => {
    assert.equal(seedOf(params, FALLBACK), 0xdeadbeef);
  });
}
