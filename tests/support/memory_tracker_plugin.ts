import * as z from "zod";
import { defineTracker, type RegisteredTracker } from "../../core/plugin/registry.ts";
import { MemoryTracker, MemoryTrackerService } from "./memory_tracker.ts";

/** A kind of tracker `board`, whose services stay when a command ends; `at` in the config chooses one. */
export class MemoryBoards {
  /** How often one was opened. */
  opened = 0;
  readonly #services = new Map<string, MemoryTrackerService>();

  /** The service of an address; made when it is first asked for. */
  at(address = "board"): MemoryTrackerService {
    const service = this.#services.get(address) ?? new MemoryTrackerService();
    this.#services.set(address, service);
    return service;
  }

  /** To be put into a registry. */
  get plugin(): RegisteredTracker {
    return defineTracker({
      kind: "tracker",
      name: "board",
      summary: "Memory that several openings share",
      config: z.strictObject({ at: z.string().default("board"), group: z.string().exactOptional() }),
      contractOptions: (options, group) =>
        group === undefined ? options : { ...options, group: `${group} contract check` },
      open: ({ at, ...group }) => {
        this.opened++;
        return Promise.resolve(new MemoryTracker(this.at(at), { location: `memory ${at}`, ...group }));
      },
    });
  }
}
