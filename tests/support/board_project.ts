import { MemoryBoards } from "./memory_tracker_plugin.ts";
import { TestProject, type TestProjectOptions } from "./open_project.ts";

/** Prints three lines, and reports three values. */
export const LOSSES =
  `for i in 1 2 3; do echo "{\\"step\\":$i,\\"loss\\":0.$i}" >> $AERO_METRICS; echo line $i; done`;

/** A project whose config names trackers of the kind `board`. */
export class BoardProject extends TestProject {
  readonly boards: MemoryBoards;

  constructor(options: TestProjectOptions = {}, boards = new MemoryBoards()) {
    super({ ...options, trackers: [boards.plugin] });
    this.boards = boards;
  }

  /** Commits one stage, and which trackers mirror it; one if nothing is said. */
  stage(
    command: string,
    more: Readonly<Record<string, unknown>> = {},
    trackers: readonly Readonly<Record<string, string>>[] = [{ use: "board" }],
  ): void {
    this.commit({ trackers, stages: { train: { command: ["sh", "-c", command] } }, ...more });
  }
}
