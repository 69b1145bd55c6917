import { MemoryStorage } from "../../plugins/storages/memory/memory_storage.ts";
import type { Storage } from "../../core/plugin/storage.ts";

/** An empty storage in memory, whose objects all have the time 0. */
export function openMemoryStorage(): Storage {
  return new MemoryStorage({ now: () => new Date(0) });
}
