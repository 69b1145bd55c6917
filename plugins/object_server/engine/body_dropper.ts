import type { BodyFiles } from "./body_files.ts";
import type { Database } from "./database.ts";
import type { HeldBodies } from "./held_bodies.ts";
import type { Mutation, ReleasedBody } from "./mutation.ts";

// Bounds the files that are removed at the same time.
const AT_ONCE = 64;
// Bounds how long one look-up and one mutation of the removal keep others waiting.
const MOST_IN_A_ROUND = 512;

/** Removes bodies that nothing refers to: first the file, durably, then the row, so that no file outlives its row. */
export class BodyDropper {
  readonly #files: BodyFiles;
  readonly #held: HeldBodies;
  readonly #database: Database;
  readonly #commit: (mutation: Mutation) => Promise<unknown>;
  #waiting: ReleasedBody[] = [];
  #running: Promise<void> | undefined;

  constructor(
    files: BodyFiles,
    held: HeldBodies,
    database: Database,
    commit: (mutation: Mutation) => Promise<unknown>,
  ) {
    this.#files = files;
    this.#held = held;
    this.#database = database;
    this.#commit = commit;
  }

  /** Removes bodies that nobody reads. What comes while others are removed is removed together. */
  add(bodies: readonly ReleasedBody[]): void {
    this.#waiting.push(...bodies);
    this.#running ??= this.#run().finally(() => this.#running = undefined);
  }

  /** Resolves when nothing waits to be removed. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // Those of the same turn of the event loop come along.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      try {
        await this.#drop(this.#waiting.splice(0, MOST_IN_A_ROUND));
      } catch {
        // The rows stay, and what could not be removed is removed when the directory is opened again.
      }
    }
  }

  async #drop(bodies: readonly ReleasedBody[]): Promise<void> {
    // A copy of what was held may have taken it up again, and a reader may have come to that copy since.
    const free = this.#held.notHeld(bodies).filter(({ id }) =>
      this.#database.get("SELECT refs FROM body WHERE id = ?", id)?.refs === 0
    );
    if (free.length === 0) return;
    const files = free.flatMap(({ file }) => file === undefined ? [] : [file]);
    for (let at = 0; at < files.length; at += AT_ONCE) {
      await Promise.all(files.slice(at, at + AT_ONCE).map((file) => this.#files.remove(file)));
    }
    await this.#files.syncFolders(files);
    await this.#commit({ does: "forget_bodies", bodies: free.map(({ id }) => id) });
  }
}
