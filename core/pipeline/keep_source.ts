import { MEDIA_TYPE } from "../model/descriptor.ts";
import type { Descriptor } from "../model/descriptor.ts";
import type { CodeIdentity } from "../model/experiment_version.ts";
import type { SourceRecord } from "../model/run.ts";
import { commitObjectIds, writeSourcePack } from "../source/pack.ts";
import { lfsPointers, lfsPointersError } from "../source/lfs.ts";
import type { Repository } from "../source/repository.ts";
import type { Store } from "../store/store.ts";
import type { RunServices } from "./run_services.ts";

/** Packs that one commit may be spread over before it gets a whole one again. */
const MAX_PACKS = 16;

/** A commit whose packs are stored. */
export interface KeptCommit {
  readonly commit: string;
  readonly packs: readonly Descriptor[];
}

/**
 * Stores a commit, so that it can be had again without git, its remote or its history.
 *
 * Only what an earlier kept commit lacks is written: its packs are named again beside the new one.
 *
 * @throws {UserError} `lfs_pointers` if large files are only pointers of git-lfs.
 * @param earlier A commit that is kept, if any is known; it need not be related.
 */
export async function keepSource(
  repository: Repository,
  code: Pick<CodeIdentity, "commit" | "tree">,
  earlier: KeptCommit | undefined,
  store: Store,
  options: { readonly signal: AbortSignal },
): Promise<readonly Descriptor[]> {
  if (earlier !== undefined && !await areStored(earlier.packs, store, options)) earlier = undefined;
  if (earlier?.commit === code.commit) return earlier.packs;
  // A program would read the pointers in place of the files.
  const pointers = await lfsPointers(repository.objects, code.tree);
  if (pointers.length > 0) throw lfsPointersError(pointers);
  const base =
    earlier !== undefined && earlier.packs.length < MAX_PACKS && await repository.objects.has(earlier.commit)
      ? earlier
      : undefined;
  const exclude = base === undefined
    ? new Set<string>()
    : await commitObjectIds(repository.objects, base.commit);
  const pack = await writeSourcePack(repository.objects, code.commit, { exclude, signal: options.signal });
  const kept = await store.putBytes(pack.bytes, MEDIA_TYPE.sourcePack);
  return [...(base?.packs ?? []), kept];
}

/** What was stored once can have been lost since: nothing is promised again on the strength of an old record. */
async function areStored(
  packs: readonly Descriptor[],
  store: Store,
  options: { readonly signal: AbortSignal },
): Promise<boolean> {
  const digests = packs.map(({ digest }) => digest);
  const lasting = await store.hasMany(digests, { ...options, lasting: true });
  return lasting.size === new Set(digests).size;
}

/** What a record says of a commit's source. */
export async function describeSource(
  repository: Repository,
  commit: string,
  branch: string | undefined,
  packs: readonly Descriptor[],
): Promise<SourceRecord> {
  const { subject } = await repository.commitInfo(commit);
  const remote = repository.remoteOf(branch);
  return {
    ...(branch === undefined ? {} : { branch }),
    ...(remote === undefined ? {} : { remote }),
    subject,
    packs,
  };
}

/** The newest run's commit in the store; what a new commit is packed against. */
export async function newestKept(
  project: string,
  services: Pick<RunServices, "index" | "archive">,
): Promise<KeptCommit | undefined> {
  const [newest] = services.index.query({ project, limit: 1 });
  if (newest === undefined) return undefined;
  const record = await services.archive.knownRecord(project, newest.run);
  return record === undefined ? undefined : { commit: newest.commit, packs: record.source.packs };
}
