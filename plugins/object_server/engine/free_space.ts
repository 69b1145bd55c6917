import { statfs } from "node:fs/promises";
import { ObjectEngineError } from "./engine_error.ts";

// Kept free on a large disk; bytes. Room for the log of the database to grow while objects are deleted.
const RESERVE_BYTES = 64 * 1024 * 1024;

// Of a small disk.
const RESERVE_SHARE = 0.05;

/** How long an answer is good for; milliseconds. */
const GOOD_FOR = 100;

/** Free and all bytes of a disk. */
export interface DiskSpace {
  readonly free: number;
  readonly total: number;
}

/**
 * Keeps a little of the disk free. Without it a full disk could not be emptied: to delete an object takes a few pages
 * of the database's log.
 */
export class FreeSpace {
  readonly #measure: () => Promise<DiskSpace>;
  #answer: Promise<DiskSpace | undefined> | undefined;
  #asked = -Infinity;

  constructor(directory: string, measure: () => Promise<DiskSpace> = () => spaceOf(directory)) {
    this.#measure = measure;
  }

  /**
   * Checks that there is room for another body.
   *
   * @throws {ObjectEngineError} `full`.
   */
  async assertRoom(): Promise<void> {
    const now = performance.now();
    if (this.#answer === undefined || now - this.#asked > GOOD_FOR) {
      this.#asked = now;
      // A file system that cannot say is not held to it; it says so itself when it is full.
      this.#answer = this.#measure().catch(() => undefined);
    }
    const space = await this.#answer;
    if (space === undefined) return;
    const reserve = Math.min(RESERVE_BYTES, Math.floor(space.total * RESERVE_SHARE));
    if (space.free >= reserve) return;
    throw new ObjectEngineError("full", {
      what: "Cannot keep the body of an object",
      why:
        `the disk of the data directory has ${space.free} bytes left, and ${reserve} are kept for deleting`,
      fix: ["delete objects, free some space, or move the data directory to another disk"],
    });
  }
}

async function spaceOf(directory: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(directory);
  return { free: bavail * bsize, total: blocks * bsize };
}
