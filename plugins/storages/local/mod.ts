import { defineStorage, type RegisteredStorage } from "../../../core/plugin/registry.ts";
import { localConfig } from "./config.ts";
import { LocalStorage } from "./local_storage.ts";

/** Objects as files in a directory of this machine, or of a file system that it has mounted. */
export const localStorage: RegisteredStorage = defineStorage({
  kind: "storage",
  name: "local",
  summary: "A directory on this machine or on a mounted file system",
  config: localConfig,
  open: (config, context) => LocalStorage.open(config.path ?? `${context.dataDirectory}/storage`, context),
});
