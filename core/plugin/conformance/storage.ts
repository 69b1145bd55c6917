import type { ConformanceCase } from "./case.ts";
import { abortClauses } from "./storage_abort.ts";
import { atomicityClauses } from "./storage_atomicity.ts";
import { failureClauses } from "./storage_failures.ts";
import { listingClauses } from "./storage_listing.ts";
import { objectClauses } from "./storage_objects.ts";
import { streamingClauses } from "./storage_streaming.ts";
import type { StorageSubject } from "./storage_subject.ts";

export type { StorageSubject } from "./storage_subject.ts";

/**
 * The contract of {@link Storage}, clause by clause.
 *
 * A clause touches only keys under the subject's prefix and removes what it stored, so that a bucket in use can be
 * checked. Clauses may run in any order, but not at the same time: they measure memory.
 */
export const storageContract: readonly ConformanceCase<StorageSubject>[] = [
  ...objectClauses,
  ...listingClauses,
  ...atomicityClauses,
  ...abortClauses,
  ...failureClauses,
  ...streamingClauses,
];
