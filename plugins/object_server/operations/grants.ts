import type { Grant, User } from "../object_engine.ts";

/**
 * In place of a bucket's name in a grant: every bucket that the user made.
 *
 * With write it lets the user make buckets, and says nothing of buckets of others.
 */
const OWNED_BUCKETS = "@owned";

/** In place of a bucket's name in a grant: every bucket. */
export const ALL_BUCKETS = "*";

/** What a request wants to do with a bucket. */
export interface Want {
  readonly access: Grant["access"];
  readonly bucket: string;
  /** Who made the bucket; absent where nobody did, or it was not looked up. */
  readonly owner?: string;
  /**
   * A key, or the prefix of a listing. Absent: the bucket itself, which any read grant lets see, and only a write grant on
   * the whole of it lets change.
   */
  readonly key?: string;
}

/** Whether a user may. */
export function mayDo(user: User, want: Want): boolean {
  return user.grants.some((grant) => {
    if (!namesBucket(grant, want, user)) return false;
    if (want.access === "write" && grant.access !== "write") return false;
    if (want.key !== undefined) return want.key.startsWith(grant.prefix);
    return want.access === "read" || grant.prefix === "";
  });
}

function namesBucket(grant: Grant, { bucket, owner }: Want, user: User): boolean {
  if (grant.bucket === OWNED_BUCKETS) return owner === user.name;
  return grant.bucket === ALL_BUCKETS || grant.bucket === bucket;
}

/** Whether a user may make a bucket of this name. */
export function mayCreate(user: User, bucket: string): boolean {
  return mayDo(user, { access: "write", bucket, owner: user.name });
}
