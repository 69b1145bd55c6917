import { parseCredential } from "./authentication.ts";
import { S3Fault } from "./errors.ts";
import { equalInConstantTime, hmacSha1Base64, hmacSha256Hex } from "./hmac.ts";
import { ALGORITHM, type Scope, signingKey } from "./signing_key.ts";
import { parseTimestamp } from "./timestamp.ts";

/** What a POST form says of who made it; nothing of it is proven yet. */
export interface PostAuthentication {
  readonly accessKeyId: string;
  /** Absent for Signature Version 2, which forms alone may still have: what they sign is the policy, and no secret but the key's goes in. */
  readonly scope?: Scope;
  /** The policy document as sent: base64 of JSON. It is what was signed. */
  readonly policy: string;
  readonly signature: string;
}

/**
 * Reads who a POST form claims to be from.
 *
 * @param fields Names in lower case.
 * @returns `undefined` if it claims nothing: it is anonymous.
 * @throws {S3Fault} `InvalidArgument` where a field is missing or malformed.
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html}
 */
export function readPostAuthentication(fields: ReadonlyMap<string, string>): PostAuthentication | undefined {
  const read = (name: string) => {
    const value = fields.get(name);
    if (value === undefined) throw invalid(name, "is missing");
    return value;
  };
  if (fields.has("awsaccesskeyid")) {
    return { accessKeyId: read("awsaccesskeyid"), policy: read("policy"), signature: read("signature") };
  }
  const names = ["policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"];
  if (names.every((name) => !fields.has(name))) return undefined;
  if (read("x-amz-algorithm") !== ALGORITHM) throw invalid("x-amz-algorithm", `has to be ${ALGORITHM}`);
  const [accessKeyId, scope] = parseCredential(
    read("x-amz-credential"),
    (message) => invalid("x-amz-credential", message),
  );
  if (parseTimestamp(read("x-amz-date")) === undefined) {
    throw invalid("x-amz-date", "has to be YYYYMMDDTHHMMSSZ");
  }
  return { accessKeyId, scope, policy: read("policy"), signature: read("x-amz-signature") };
}

/**
 * Signs a policy document in base64.
 *
 * @param scope Absent for Signature Version 2.
 * @returns 64 lower-case hex digits; base64 for Version 2.
 */
export function signPostPolicy(secretKey: string, scope: Scope | undefined, policy: string): string {
  return scope === undefined
    ? hmacSha1Base64(secretKey, policy)
    : hmacSha256Hex(signingKey(secretKey, scope), policy);
}

/**
 * Proves that a form's policy was signed with a secret key. Whether the policy holds, and still does, is asked elsewhere.
 *
 * @param secretKey That of `authentication.accessKeyId`; `undefined` if there is no such key.
 * @throws {S3Fault} `InvalidAccessKeyId`, `SignatureDoesNotMatch`.
 */
export function verifyPostSignature(authentication: PostAuthentication, secretKey: string | undefined): void {
  const { accessKeyId, scope, policy, signature } = authentication;
  const fields = { AWSAccessKeyId: accessKeyId };
  if (secretKey === undefined) throw new S3Fault("InvalidAccessKeyId", { fields });
  if (equalInConstantTime(signature, signPostPolicy(secretKey, scope, policy))) return;
  throw new S3Fault("SignatureDoesNotMatch", { fields: { ...fields, SignatureProvided: signature } });
}

function invalid(name: string, message: string): S3Fault {
  return new S3Fault("InvalidArgument", {
    message: `The form field ${name} ${message}`,
    fields: { ArgumentName: name },
  });
}
