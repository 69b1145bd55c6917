import type { DatabaseSync } from "node:sqlite";
import type { RunId } from "../model/run_id.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import { openRebuildable } from "../store/rebuildable_database.ts";

/** Where a run is shown. */
export interface MirrorLink {
  /** Name of the tracker when it was sent there. */
  readonly tracker: string;
  /** The tracker's own id of the run. */
  readonly id?: string;
  readonly url?: string;
  /** Whether all of the run is there. */
  readonly complete: boolean;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS mirrored_1 (
    tracker TEXT NOT NULL, run TEXT NOT NULL, name TEXT NOT NULL, url TEXT, complete INTEGER NOT NULL,
    PRIMARY KEY (run, tracker)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS remarked_1 (
    tracker TEXT NOT NULL, run TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (run, tracker)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS named_1 (
    tracker TEXT NOT NULL, run TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (run, tracker)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS claim_1 (
    run TEXT PRIMARY KEY, owner TEXT NOT NULL, until REAL NOT NULL
  ) WITHOUT ROWID;
`;

/** How long a claim holds that its process does not renew, in milliseconds, and how often it does. */
const CLAIM_MS = 30_000;
const RENEW_MS = 10_000;

/**
 * Which runs trackers have, as far as this place has sent them. Nothing in it is needed: what it does not know is asked
 * of the trackers. Several processes may have the file open.
 */
export class MirrorBook implements Disposable {
  readonly #database: DatabaseSync;
  readonly #owner = crypto.randomUUID();
  readonly #now: () => number;
  /** How often this process claims each: it may send a run to several trackers at once. */
  readonly #claims = new Map<RunId, number>();
  #renewing: ReturnType<typeof setInterval> | undefined;

  /**
   * Opens the file at `path`; one that is damaged is made anew.
   *
   * @param now Epoch milliseconds; by default the clock.
   */
  constructor(path: string, now: () => number = Date.now) {
    this.#now = now;
    this.#database = openRebuildable(path, SCHEMA);
  }

  /**
   * Notes what a tracker has of a run; what was complete stays so. What was said of a run is forgotten as told when it is
   * complete: what came behind it may stand in its place.
   */
  note(to: NamedTracker, run: RunId, known: Omit<MirrorLink, "tracker">): void {
    const id = known.id ?? to.tracker.idOf?.(run);
    if (id !== undefined) {
      this.#database.prepare("INSERT OR REPLACE INTO named_1 VALUES (?, ?, ?)").run(to.key, run, id);
    }
    if (known.complete) {
      this.#database.prepare("DELETE FROM remarked_1 WHERE tracker = ? AND run = ?").run(to.key, run);
    }
    this.#database.prepare(
      "INSERT INTO mirrored_1 VALUES (?, ?, ?, ?, ?) ON CONFLICT (run, tracker) DO UPDATE SET " +
        "name = excluded.name, url = ifnull(excluded.url, url), complete = max(complete, excluded.complete)",
    ).run(to.key, run, to.name, known.url ?? null, known.complete ? 1 : 0);
  }

  /** Takes back that a tracker has anything of a run, which it says it has not. */
  forget(to: NamedTracker, run: RunId): void {
    this.#database.prepare("DELETE FROM remarked_1 WHERE tracker = ? AND run = ?").run(to.key, run);
    this.#database.prepare("DELETE FROM mirrored_1 WHERE tracker = ? AND run = ?").run(to.key, run);
  }

  /** Whether a tracker has something of a run. */
  knows(to: NamedTracker, run: RunId): boolean {
    return this.#database
      .prepare("SELECT 1 FROM mirrored_1 WHERE tracker = ? AND run = ?").get(to.key, run) !== undefined;
  }

  /** Runs of which a tracker has everything. */
  completeAt(to: NamedTracker): Set<RunId> {
    const rows = this.#database
      .prepare("SELECT run FROM mirrored_1 WHERE tracker = ? AND complete = 1").all(to.key);
    return new Set(rows.map(({ run }) => run as RunId));
  }

  /** Notes what a tracker was told of what people said of a run later. */
  noteRemark(to: NamedTracker, run: RunId, digest: string): void {
    this.#database.prepare("INSERT OR REPLACE INTO remarked_1 VALUES (?, ?, ?)").run(to.key, run, digest);
  }

  /** Digests of what a tracker was told last, by run. */
  remarked(to: NamedTracker): Map<RunId, string> {
    const rows = this.#database.prepare("SELECT run, digest FROM remarked_1 WHERE tracker = ?").all(to.key);
    return new Map(rows.map(({ run, digest }) => [run as RunId, digest as string]));
  }

  /** Where a run is shown, by name of tracker. */
  links(run: RunId): MirrorLink[] {
    const rows = this.#database
      .prepare(
        "SELECT name, id, url, complete FROM mirrored_1 LEFT JOIN named_1 USING (run, tracker) " +
          "WHERE run = ? ORDER BY name",
      ).all(run);
    return rows.map(({ name, id, url, complete }) => ({
      tracker: name as string,
      ...(id === null ? {} : { id: id as string }),
      ...(url === null ? {} : { url: url as string }),
      complete: complete === 1,
    }));
  }

  /**
   * Says that this process sends a run, so that no other does at the same time: trackers would get it twice.
   *
   * @returns Whether it may; another process may be at it. A process that died loses its claims in time.
   */
  claim(run: RunId): boolean {
    const now = this.#now();
    const { changes } = this.#database.prepare(
      "INSERT INTO claim_1 VALUES (?, ?, ?) ON CONFLICT (run) DO UPDATE SET " +
        "owner = excluded.owner, until = excluded.until WHERE owner = excluded.owner OR until < ?",
    ).run(run, this.#owner, now + CLAIM_MS, now);
    this.#renewing ??= setInterval(() => this.#renew(), RENEW_MS);
    if (Number(changes) === 0) return false;
    this.#claims.set(run, (this.#claims.get(run) ?? 0) + 1);
    return true;
  }

  /** Gives a claim back; the run is free when all claims of this process on it are. */
  release(run: RunId): void {
    const others = (this.#claims.get(run) ?? 1) - 1;
    if (others > 0) return void this.#claims.set(run, others);
    this.#claims.delete(run);
    this.#database.prepare("DELETE FROM claim_1 WHERE run = ? AND owner = ?").run(run, this.#owner);
  }

  #renew(): void {
    try {
      this.#database.prepare("UPDATE claim_1 SET until = ? WHERE owner = ?")
        .run(this.#now() + CLAIM_MS, this.#owner);
    } catch {
      // The next one tries again; thrown out of a timer it would end the process, and the run with it.
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#renewing);
    if (!this.#database.isOpen) return;
    try {
      this.#database.prepare("DELETE FROM claim_1 WHERE owner = ?").run(this.#owner);
    } catch {
      // It ends by itself.
    }
    this.#database.close();
  }
}
