import { parseCredential } from "./authentication.ts";
import { S3Fault } from "./errors.ts";
import { equalInConstantTime, hmacSha256Hex } from "./hmac.ts";
import { ALGORITHM, type Scope, signingKey } from "./signing_key.ts";
import { parseTimestamp } from "./timestamp.ts";

/** What a POST form says of who made it; nothing of it is proven yet. */
export interface PostAuthentication {
  readonly accessKeyId: string;
  readonly scope: Scope;
  /** The policy document as sent: base64 of JSON. It is what was signed. */
  readonly policy: string;
  readonly signature: string;
}

/**
 * Reads who a POST form claims to be from.
 *
 * @param fields Names in lower case.
 * @returns `undefined` if it claims nothing: it is anonymous.
 * @throws {S3Fault} `InvalidArgument` where a field is missing or malformed, `InvalidRequest` for Signature Version 2.
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html}
 */
export function readPostAuthentication(fields: ReadonlyMap<string, string>): PostAuthentication | undefined {
  if (fields.has("awsaccesskeyid")) {
    throw new S3Fault("InvalidRequest", { message: `Forms have to be signed with ${ALGORITHM}` });
  }
  const names = ["policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"] as const;
  if (names.every((name) => !fields.has(name))) return undefined;
  const [policy, algorithm, credential, date, signature] = names.map((name) => {
    const value = fields.get(name);
    if (value === undefined) throw invalid(name, "is missing");
    return value;
  });
  if (algorithm !== ALGORITHM) throw invalid("x-amz-algorithm", `has to be ${ALGORITHM}`);
  const [accessKeyId, scope] = parseCredential(
    credential!,
    (message) => invalid("x-amz-credential", message),
  );
  if (parseTimestamp(date!) === undefined) throw invalid("x-amz-date", "has to be YYYYMMDDTHHMMSSZ");
  return { accessKeyId, scope, policy: policy!, signature: signature! };
}

/** Signs a policy document in base64: 64 lower-case hex digits. */
export function signPostPolicy(secretKey: string, scope: Scope, policy: string): string {
  return hmacSha256Hex(signingKey(secretKey, scope), policy);
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
