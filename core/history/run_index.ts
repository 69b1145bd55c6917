// deno-lint-ignore-file aero/file-names -- an index of a database, which is what it is called
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { annotatedRun, type RunAnnotation } from "../model/annotation.ts";
import type { Digest } from "../model/digest.ts";
import type { VerdictRecord } from "../model/run.ts";
import type { RunId } from "../model/run_id.ts";
import { indexUnavailable, openIndexDatabase } from "./index_database.ts";
import { gradedSummary, type RunSummary } from "./run_summary.ts";
import { type Sort, sortRuns } from "./sort.ts";
import type { Where } from "./where.ts";

/** Which runs to give, and in what order. */
export interface RunQuery {
  /** All projects in the index if absent; that of a project holds no other. */
  readonly project?: string;
  readonly stage?: string;
  readonly where?: Where;
  /** Default: newest first. */
  readonly sort?: Sort;
  /** At most so many, after filter and sort. */
  readonly limit?: number;
  /** For ages and durations in `where` and `sort`; epoch milliseconds. Default: the clock. */
  readonly now?: number;
}

/**
 * Opens the index of runs at a path; makes it anew, and empty, if it is absent, damaged or of another version.
 *
 * Several processes may have it open at once.
 *
 * @throws {OutsideError} `index_unavailable`.
 */
export function openRunIndex(path: string): RunIndex {
  return new RunIndex(path, openIndexDatabase(path));
}

/**
 * Summaries of runs, to be asked for quickly. It holds nothing that is not in journals and storage, and can be
 * deleted at any time.
 *
 * Each method throws {@link OutsideError} `index_unavailable` if the file cannot be read or written.
 */
export class RunIndex implements Disposable {
  readonly #path: string;
  readonly #database: DatabaseSync;

  constructor(path: string, database: DatabaseSync) {
    this.#path = path;
    this.#database = database;
  }

  /** Whether all past runs were put in since the index was made; if not, it is to be filled. */
  get filled(): boolean {
    return this.#all("SELECT 1 FROM fact WHERE name = 'filled'").length > 0;
  }

  /** Says that all past runs are in; see {@link RunIndex.filled}. */
  markFilled(): void {
    this.#write(() => this.#run("INSERT OR IGNORE INTO fact (name) VALUES ('filled')"));
  }

  /** Puts a run in, or replaces it. Verdicts and annotations that are in the index stay, and count. */
  upsert(summary: RunSummary): void {
    this.upsertMany([summary]);
  }

  /** Puts many runs in at once; all or none. */
  upsertMany(summaries: readonly RunSummary[]): void {
    this.#write(() => summaries.forEach((summary) => this.#put(this.#judged(summary))));
  }

  /** Puts verdicts in; one that is there already stays. The run need not be in the index yet. */
  addVerdicts(verdicts: readonly VerdictRecord[]): void {
    this.#write(() => {
      for (const verdict of verdicts) {
        this.#run("INSERT OR IGNORE INTO verdict VALUES (?, ?)", verdict.run, JSON.stringify(verdict));
        this.#judgeAgain(verdict.run);
      }
    });
  }

  /** Puts tags and notes in that runs got later; what is there already stays. The run need not be in the index yet. */
  addAnnotations(annotations: readonly RunAnnotation[]): void {
    this.#write(() => {
      for (const annotation of annotations) {
        this.#run(
          "INSERT OR IGNORE INTO annotation VALUES (?, ?)",
          annotation.run,
          JSON.stringify(annotation),
        );
        this.#judgeAgain(annotation.run);
      }
    });
  }

  /** The verdicts on a run, oldest first. */
  verdicts(run: RunId): VerdictRecord[] {
    return this.#all("SELECT document AS json FROM verdict WHERE run = ?", run)
      .map((json) => JSON.parse(json) as VerdictRecord)
      .sort((a, b) => a.at - b.at);
  }

  /** What was said of a run later, in no order. */
  annotations(run: RunId): RunAnnotation[] {
    return this.#all("SELECT document AS json FROM annotation WHERE run = ?", run)
      .map((json) => JSON.parse(json) as RunAnnotation);
  }

  /** Runs of which something was said later, in no order; such as are not in the index too. */
  annotated(): RunId[] {
    return this.#all("SELECT DISTINCT run AS json FROM annotation") as RunId[];
  }

  /** The summary of a run, if it is in. */
  get(run: RunId): RunSummary | undefined {
    return this.#summaries("run = ?", run)[0];
  }

  /** Runs whose id begins so, of any project; newest first. */
  byPrefix(prefix: string): RunSummary[] {
    // Every id is of letters below "{", so this is a range of the primary key.
    return this.#summaries("run >= ? AND run < ? ORDER BY started_at DESC", prefix, `${prefix}{`);
  }

  /** Runs whose experiment version begins with these hex digits; newest first. */
  byVersion(hexPrefix: string): RunSummary[] {
    const [from, to] = [`sha256:${hexPrefix}`, `sha256:${hexPrefix}g`];
    return this.#summaries(
      "version >= ? AND version < ? ORDER BY started_at DESC, run DESC",
      from,
      to,
    );
  }

  /** Runs that had one of these commits; newest first. */
  byCommits(commits: readonly string[]): RunSummary[] {
    // A list as JSON, since a statement takes a bounded number of parameters.
    return this.#summaries(
      "commit_id IN (SELECT value FROM json_each(?)) ORDER BY started_at DESC, run DESC",
      JSON.stringify(commits),
    );
  }

  /** All different experiment versions, in no order. */
  versions(): Digest[] {
    return this.#all("SELECT DISTINCT version AS json FROM run") as Digest[];
  }

  /** Runs that fit, in the order asked for; newest first if none is. */
  query(query: RunQuery): RunSummary[] {
    const { project, stage, where, sort, limit, now = Date.now() } = query;
    const simple = where === undefined && sort === undefined;
    const runs = this.#summaries(
      "project = ifnull(?, project) AND stage = ifnull(?, stage) ORDER BY started_at DESC, run DESC LIMIT ?",
      project ?? null,
      stage ?? null,
      simple && limit !== undefined ? limit : -1,
    );
    const fitting = where === undefined ? runs : runs.filter((run) => where.holds(run, now));
    const sorted = sort === undefined ? fitting : sortRuns(fitting, sort, now);
    return limit === undefined ? sorted : sorted.slice(0, limit);
  }

  /** How many runs there are, of a stage if it is given. */
  count(stage?: string): number {
    return Number(
      this.#all("SELECT COUNT(*) AS json FROM run WHERE stage = ifnull(?, stage)", stage ?? null)[0],
    );
  }

  /** Takes a run out; succeeds if it is not in. */
  remove(run: RunId): void {
    this.#write(() => this.#run("DELETE FROM run WHERE run = ?", run));
  }

  /** Takes everything out, so that it is to be filled. */
  clear(): void {
    this.#write(() =>
      this.#database.exec("DELETE FROM run; DELETE FROM verdict; DELETE FROM annotation; DELETE FROM fact")
    );
  }

  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #put(summary: RunSummary): void {
    this.#run(
      "INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?, ?, ?, ?)",
      summary.run,
      summary.project,
      summary.stage,
      summary.startedAt,
      summary.version,
      summary.commit,
      JSON.stringify(summary),
    );
  }

  #judgeAgain(run: RunId): void {
    const summary = this.get(run);
    if (summary !== undefined) this.#put(this.#judged(summary));
  }

  /** A summary with what was said of its run later. */
  #judged(summary: RunSummary): RunSummary {
    const newest = this.verdicts(summary.run).at(-1)?.verdict;
    const graded = newest === undefined ? summary : gradedSummary(summary, newest);
    const annotations = this.annotations(summary.run);
    if (annotations.length === 0) return graded;
    const { note: _, ...rest } = graded;
    return {
      ...rest,
      ...annotatedRun(summary, annotations),
    };
  }

  #summaries(condition: string, ...values: SQLInputValue[]): RunSummary[] {
    return this.#all(`SELECT summary AS json FROM run WHERE ${condition}`, ...values)
      .map((json) => JSON.parse(json) as RunSummary);
  }

  #all(sql: string, ...values: SQLInputValue[]): string[] {
    return this.#guard(() => this.#database.prepare(sql).all(...values).map((row) => row.json as string));
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#guard(() => this.#database.prepare(sql).run(...values));
  }

  #write(work: () => void): void {
    this.#guard(() => this.#database.exec("BEGIN IMMEDIATE"));
    try {
      work();
      this.#guard(() => this.#database.exec("COMMIT"));
    } catch (error) {
      // SQLite has ended the transaction by itself after some errors, a full disk among them.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  #guard<T>(work: () => T): T {
    if (!this.#database.isOpen) throw new TypeError("The index of runs is used after it was closed");
    try {
      return work();
    } catch (cause) {
      throw cause instanceof Error && "code" in cause ? indexUnavailable(this.#path, cause) : cause;
    }
  }
}
