import assert from "node:assert/strict";
import { readAuthentication } from "./authentication.ts";
import { chunkSignature, trailerSignature } from "./chunk_signatures.ts";
import { sha256Hex } from "./hmac.ts";
import { signPostPolicy } from "./post_signature.ts";
import { presignQuery, signRequest } from "./sign_request.ts";
import { signingKey } from "./signing_key.ts";
import { parseTimestamp } from "./timestamp.ts";
import { verifyRequest } from "./verify_request.ts";

/** A request as a signature covers it, in JSON. */
interface Example {
  readonly method: string;
  readonly path: string;
  readonly headers: [string, string][];
  readonly signature: string;
}

interface Chunks {
  readonly seed: string;
  readonly chunks: { readonly letter: string; readonly bytes: number; readonly signature: string }[];
  readonly trailers?: [string, string][];
  readonly trailerSignature?: string;
}

interface Vectors {
  readonly accessKeyId: string;
  readonly secretKey: string;
  readonly region: string;
  readonly timestamp: string;
  readonly headerAuthorization:
    (Example & { readonly name: string; readonly query: string; readonly payloadHash: string })[];
  readonly presigned: Example & { readonly expiresSeconds: number };
  readonly chunked: Chunks;
  readonly chunkedTrailer: Chunks;
  readonly postPolicy: { readonly timestamp: string; readonly policy: string; readonly signature: string };
}

const vectors = JSON.parse(
  Deno.readTextFileSync(new URL("../../fixtures/wire/signature_v4.json", import.meta.url)),
) as Vectors;
const { accessKeyId, secretKey, region, timestamp } = vectors;
const at = parseTimestamp(timestamp)!;
const scope = { date: timestamp.slice(0, 8), region, service: "s3" };

for (const { name, method, path, query, headers, payloadHash, signature } of vectors.headerAuthorization) {
  Deno.test(`the published example "${name}" is signed and verified`, () => {
    const head = { method, path, query, headers: headers };

    const signed = {
      ...head,
      headers: signRequest(head, payloadHash, { accessKeyId, secretKey, region, at }),
    };
    const authentication = readAuthentication(signed)!;

    assert.equal(authentication.signature, signature);
    assert.equal(verifyRequest(signed, authentication, secretKey, { now: at }).accessKeyId, accessKeyId);
  });
}

Deno.test("the published presigned URL is signed and verified", () => {
  const { method, path, expiresSeconds, headers, signature } = vectors.presigned;
  const head = { method, path, query: "", headers: headers };

  const signed = {
    ...head,
    query: presignQuery(head, expiresSeconds, { accessKeyId, secretKey, region, at }),
  };
  const authentication = readAuthentication(signed)!;

  assert.equal(authentication.signature, signature);
  assert.equal(verifyRequest(signed, authentication, secretKey, { now: at }).how, "query");
});

for (
  const [name, example] of [["chunks", vectors.chunked], [
    "chunks with a trailer",
    vectors.chunkedTrailer,
  ]] as const
) {
  Deno.test(`the published ${name} are signed`, () => {
    const seed = { signingKey: signingKey(secretKey, scope), scope, timestamp, signature: example.seed };

    let previous = example.seed;
    for (const { letter, bytes, signature } of example.chunks) {
      previous = chunkSignature(seed, previous, sha256Hex(letter.repeat(bytes)));
      assert.equal(previous, signature);
    }
    if (example.trailers) {
      assert.equal(trailerSignature(seed, previous, example.trailers), example.trailerSignature);
    }
  });
}

Deno.test("the published POST policy is signed", () => {
  const { timestamp, policy, signature } = vectors.postPolicy;

  assert.equal(signPostPolicy(secretKey, { ...scope, date: timestamp.slice(0, 8) }, policy), signature);
});
