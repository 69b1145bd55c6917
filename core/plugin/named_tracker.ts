import type { Tracker } from "./tracker.ts";

/** A tracker as config names it. */
export interface NamedTracker {
  /** As ids of its runs begin: `<name>:<id>`. */
  readonly name: string;
  /** Its kind. */
  readonly use: string;
  /** Tells trackers apart on this machine: changes with what the config says of it and with where it is. */
  readonly key: string;
  readonly tracker: Tracker;
}
