import type { Owner } from "../../s3_protocol/list_documents.ts";

/** A user as documents name one: users have one name, which is their id as well. */
export function ownerOf(user: string): Owner {
  return { id: user, displayName: user };
}
