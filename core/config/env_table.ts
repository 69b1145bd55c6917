/** A variable of the environment that aero reads. */
export interface EnvironmentVariable {
  readonly name: string;
  /** The key of the config that it sets; absent if it sets none. */
  readonly key?: string;
  /** One line. */
  readonly summary: string;
}

/** All variables that aero itself reads. Plugins and run contracts have their own. */
export const ENVIRONMENT_VARIABLES: readonly EnvironmentVariable[] = [
  { name: "AERO_STORAGE", key: "storage.use", summary: "Kind of storage, in place of `storage.use`" },
  {
    name: "AERO_STORAGE_<OPTION>",
    key: "storage.<option>",
    summary: "An option of the storage: AERO_STORAGE_PATH is `storage.path`",
  },
  {
    name: "AERO_TRACKERS",
    key: "trackers",
    summary: "Trackers, in place of `trackers`: NAME, KIND:ADDRESS, several with commas, or `none`",
  },
  {
    name: "AERO_ENVIRONMENT",
    key: "environment.use",
    summary: "Where stages run, in place of `environment.use`",
  },
  { name: "AERO_CACHE_DIR", key: "cache.directory", summary: "Directory of the cache" },
  {
    name: "AERO_CACHE_SIZE",
    key: "cache.max_size",
    summary: "Size of the cache: 20GB; else 10% of the disk, 50GB at most",
  },
  {
    name: "AERO_DATA_DIR",
    key: "data.directory",
    summary: "Directory of this user's data, such as local storage",
  },
  { name: "AERO_OFFLINE", summary: "1 does what --offline does: the storage is not asked" },
  {
    name: "AERO_PROGRAM",
    summary: "Set by the portable file to its own path, for what is started again later",
  },
  { name: "XDG_CONFIG_HOME", summary: "Holds aero/config.yaml, the defaults of this user; else ~/.config" },
  { name: "XDG_CACHE_HOME", summary: "Holds the cache; else ~/.cache" },
  { name: "XDG_DATA_HOME", summary: "Holds this user's data; else ~/.local/share" },
  { name: "XDG_STATE_HOME", summary: "Holds what aero remembers of this machine; else ~/.local/state" },
  { name: "NO_COLOR", summary: "Any text turns colours off" },
  { name: "COLUMNS", summary: "Width of the terminal, where it cannot be asked" },
];
