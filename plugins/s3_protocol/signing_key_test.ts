import assert from "node:assert/strict";
import { scopeText, signingKey } from "./signing_key.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const IAM = { date: "20150830", region: "us-east-1", service: "iam" };
// "Signature Version 4, Examples of how to derive a signing key", AWS General Reference.
const KEY = "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9";

Deno.test("the published signing key is derived", () => {
  assert.equal(signingKey(SECRET, IAM).toHex(), KEY);
  assert.equal(scopeText(IAM), "20150830/us-east-1/iam/aws4_request");
});

Deno.test("however many keys were derived in between, each is the one of its secret and scope", () => {
  const keys = Array.from({ length: 600 }, (_, i) => signingKey(SECRET, { ...IAM, region: `r${i}` }).toHex());

  assert.equal(new Set(keys).size, 600);
  assert.equal(signingKey(SECRET, IAM).toHex(), KEY);
  assert.notEqual(signingKey(`${SECRET}x`, IAM).toHex(), KEY);
});
