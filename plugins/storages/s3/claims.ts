import { createHash } from "node:crypto";
import { DeleteObjectCommand, ListObjectVersionsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { pause } from "../../../core/plugin/pause.ts";
import { isStorageError, StorageError } from "../../../core/plugin/storage.ts";
import { backoffMs } from "./backoff.ts";
import { statusOf } from "./failure.ts";
import { listPage, type PageStart } from "./list_objects.ts";
import type { Purpose, S3Connection } from "./s3_connection.ts";

/** How long a claim counts, by the service's clock, in milliseconds: whoever has not withdrawn it by then is dead. */
const LEASE_MS = 120_000;
// What a claim allows is begun within a quarter of that and ends within another half, or is given up.
const BEGIN_WITHIN_MS = LEASE_MS / 4;
const END_WITHIN_MS = LEASE_MS / 2;
const POLL_MS = 60;
const ATTEMPTS = 3;

interface Claim {
  readonly name: string;
  readonly modifiedAt: number;
}

/**
 * Does something that only one writer may do at a time, on a service that offers nothing but reading what was written.
 *
 * A writer stores a claim, then lists all claims, and acts only if it sees none but its own. Of two writers that both
 * saw themselves alone, one must have listed before the other's claim was stored, and that other must have listed after
 * the first's claim was stored, and would have seen it: so they cannot both be. Writers that see others withdraw, but for
 * the one whose claim comes first by name, which waits for the rest to go.
 *
 * It needs a service that lists what was stored before, and takes at most a minute for a request. Claims of writers that
 * died do not count after {@link LEASE_MS}. A request that was not answered may be carried out still, so that its claim is not
 * removed: others then wait until it is dead.
 * @param meanwhile Called before each claim, and once more when alone; what it throws ends everything.
 * @param act Done again if it was not answered: it must be the same each time. Its signal aborts with the purpose's, and when the time is over.
 */
export async function withClaim(
  connection: S3Connection,
  name: string,
  purpose: Purpose,
  meanwhile: () => Promise<void>,
  act: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const folder = connection.ownName(`claims/${createHash("sha256").update(name).digest("hex")}/`);
  const startedAt = performance.now();
  while (performance.now() - startedAt < 3 * LEASE_MS) {
    if (await tryOnce(connection, folder, purpose, meanwhile, act)) return;
    await untilNoneClaims(connection, folder, purpose, meanwhile);
  }
  throw new StorageError("unavailable", {
    what: purpose.what,
    why: `other writers have been storing the same object for ${3 * LEASE_MS / 60_000} minutes`,
  });
}

/** Lets those be that claim already: who claims beside them keeps them from being alone. */
async function untilNoneClaims(
  connection: S3Connection,
  folder: string,
  purpose: Purpose,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const startedAt = performance.now();
  for (let waits = 1;; waits++) {
    await pause(Math.min(waits, 8) * POLL_MS * (0.5 + Math.random()), purpose.signal);
    await meanwhile();
    const { objects } = await listPage(connection, folder, undefined, { ...purpose, operation: "list" });
    if (objects.length === 0 || performance.now() - startedAt > LEASE_MS) return;
  }
}

/** Whether `act` has been done. */
async function tryOnce(
  connection: S3Connection,
  folder: string,
  purpose: Purpose,
  meanwhile: () => Promise<void>,
  act: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const own = `${folder}${crypto.randomUUID()}`;
  const begunAt = performance.now();
  const ageMs = () => performance.now() - begunAt;
  const version = await storeClaim(connection, own, purpose);
  const acting = { isUnanswered: false };
  try {
    while (ageMs() < BEGIN_WITHIN_MS) {
      const { live, dead } = await listClaims(connection, folder, own, ageMs(), purpose);
      if (!live.includes(own)) return false;
      if (live.length === 1) {
        await meanwhile();
        if (ageMs() >= BEGIN_WITHIN_MS) return false;
        await actInTime(acting, () => ageMs() < BEGIN_WITHIN_MS, purpose, act);
        for (const name of dead) await removeDead(connection, name);
        return true;
      }
      if (live.toSorted()[0] !== own) return false;
      await pause(POLL_MS, purpose.signal);
    }
    return false;
  } finally {
    if (!acting.isUnanswered) await removeClaim(connection, own, version);
  }
}

async function actInTime(
  acting: { isUnanswered: boolean },
  mayBegin: () => boolean,
  purpose: Purpose,
  act: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), END_WITHIN_MS);
  const signal = purpose.signal === undefined ? late.signal : AbortSignal.any([purpose.signal, late.signal]);
  try {
    for (let attempt = 1;; attempt++) {
      try {
        return await act(signal);
      } catch (error) {
        if (isRefusal(error)) throw error;
        acting.isUnanswered = true;
        if (attempt === ATTEMPTS || !isStorageError(error, "unavailable")) throw error;
        await pause(backoffMs(attempt), signal);
        if (!mayBegin()) throw error;
      }
    }
  } catch (error) {
    if (!late.signal.aborted || purpose.signal?.aborted) throw error;
    throw new StorageError("unavailable", {
      what: purpose.what,
      why: `it took more than ${END_WITHIN_MS / 1000} s`,
    }, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the service has said that it did not do it, and will not; it says less with a status of its own failures. */
function isRefusal(error: unknown): boolean {
  const status = statusOf(error instanceof StorageError ? error.cause : error);
  return status >= 400 && status < 500;
}

async function listClaims(
  connection: S3Connection,
  folder: string,
  own: string,
  ageMs: number,
  purpose: Purpose,
): Promise<{ live: string[]; dead: string[] }> {
  const all: Claim[] = [];
  for (let from: PageStart | undefined, more = true; more;) {
    const page = await listPage(connection, folder, from, { ...purpose, operation: "list" });
    all.push(...page.objects);
    from = page.next;
    more = from !== undefined;
  }
  // The service's own clock, by what it noted of this very claim.
  const storedAt = all.find(({ name }) => name === own)?.modifiedAt ?? 0;
  const isLive = ({ modifiedAt }: Claim) => modifiedAt > storedAt + ageMs - LEASE_MS;
  return {
    live: all.filter(isLive).map(({ name }) => name),
    dead: all.filter((claim) => storedAt > 0 && !isLive(claim)).map(({ name }) => name),
  };
}

async function storeClaim(
  connection: S3Connection,
  name: string,
  purpose: Purpose,
): Promise<string | undefined> {
  const { bucket, payer, encryption, customerKey } = connection.place;
  const { VersionId } = await connection.call(purpose, (client, options) =>
    client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: name,
        Body: new Uint8Array(),
        ...payer,
        ...encryption,
        ...customerKey,
      }),
      options,
    ));
  return VersionId;
}

/** Removes the claim of a writer that died, all its versions where such are kept; what is left of it does not count. */
async function removeDead(connection: S3Connection, name: string): Promise<void> {
  const { client, bucket, payer } = connection.place;
  const command = new ListObjectVersionsCommand({ Bucket: bucket, Prefix: name, ...payer });
  const versions = await client.send(command).then(
    ({ Versions = [], DeleteMarkers = [] }) =>
      [...Versions, ...DeleteMarkers].filter(({ Key }) => Key === name).map(({ VersionId }) => VersionId),
    // A service that has no versions, or does not let these keys list them.
    () => [],
  );
  for (const version of versions.length > 0 ? versions : [undefined]) {
    await removeClaim(connection, name, version);
  }
}

/** Where versions are kept, the very version, so that none is left. Without the signal: it is wanted after an abort too. */
async function removeClaim(
  connection: S3Connection,
  name: string,
  version: string | undefined,
): Promise<void> {
  const { client, bucket, payer } = connection.place;
  const about = {
    Bucket: bucket,
    Key: name,
    ...payer,
    ...(version === undefined ? {} : { VersionId: version }),
  };
  await client.send(new DeleteObjectCommand(about)).catch((error) => {
    connection.log("s3.claim_left", { name, error: (error as Error).name });
  });
}
