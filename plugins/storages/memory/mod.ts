import { defineStorage, type RegisteredStorage } from "../../../core/plugin/registry.ts";
import { memoryConfig } from "./config.ts";
import { MemoryStorage } from "./memory_storage.ts";

/** Objects in memory, gone when it is closed: for tests. Each opening is a storage of its own. */
export const memoryStorage: RegisteredStorage = defineStorage({
  kind: "storage",
  name: "memory",
  summary: "Memory of this process, for tests",
  config: memoryConfig,
  open: (_config, context) => Promise.resolve(new MemoryStorage({ now: context.now })),
});
