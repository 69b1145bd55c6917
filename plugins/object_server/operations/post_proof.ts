import { S3Fault } from "../../s3_protocol/errors.ts";
import { readPostAuthentication, verifyPostSignature } from "../../s3_protocol/post_signature.ts";
import type { ObjectEngine, User } from "../object_engine.ts";

/** Who made a form, and what they allow with it. */
export interface PostProof {
  readonly user: User;
  /** Base64 of JSON; what was signed. */
  readonly policy: string;
}

/**
 * Proves who signed the policy of a form.
 *
 * @param fields By lower-case name.
 * @param region The only region whose signatures are taken; absent, any is.
 * @throws {S3Fault} `AccessDenied` without a signature, `InvalidArgument`, `InvalidAccessKeyId`, `SignatureDoesNotMatch`,
 *   `AuthorizationHeaderMalformed` for another region.
 */
export async function provePost(
  engine: ObjectEngine,
  fields: ReadonlyMap<string, string>,
  region: string | undefined,
): Promise<PostProof> {
  const authentication = readPostAuthentication(fields);
  if (authentication === undefined) throw new S3Fault("AccessDenied");
  const { accessKeyId, scope, policy } = authentication;
  if (region !== undefined && scope !== undefined && scope.region !== region) {
    throw new S3Fault("AuthorizationHeaderMalformed", { fields: { Region: region } });
  }
  const found = await engine.accounts.find(accessKeyId);
  verifyPostSignature(authentication, found?.key.secret.reveal());
  return { user: found!.user, policy };
}
