import type { CommandEntry } from "../cli/command_table.ts";
import type { HelpTopic } from "../cli/dispatch.ts";
import type { App } from "./define.ts";

/**
 * All commands, as the overview lists them. Nothing is loaded before it is needed; the paths are literal, so that
 * bundling finds each of them.
 */
export const COMMANDS: readonly CommandEntry<App>[] = [
  {
    name: ["init"],
    summary: "Start a project: write an aero.yaml that runs",
    group: "Everyday",
    load: async () => (await import("./init.ts")).init,
  },
  {
    name: ["status"],
    summary: "Show whether a tracked run could begin, and what it would do",
    group: "Everyday",
    load: async () => (await import("./status.ts")).status,
  },
  {
    name: ["doctor"],
    summary: "Show whether this machine can do tracked runs",
    group: "Everyday",
    load: async () => (await import("./doctor.ts")).doctor,
  },
  {
    name: ["run"],
    summary: "Run stages, tracked, in their container",
    group: "Everyday",
    load: async () => (await import("./run.ts")).run,
  },
  {
    name: ["dev"],
    summary: "Run stages untracked, on the host, in your own directory",
    group: "Everyday",
    load: async () => (await import("./dev.ts")).dev,
  },
  {
    name: ["shell"],
    summary: "Open a shell in exactly the container of a stage",
    group: "Everyday",
    load: async () => (await import("./shell.ts")).shell,
  },
  {
    name: ["rerun"],
    summary: "Run a recorded run again, from storage alone",
    group: "Again",
    load: async () => (await import("./rerun.ts")).rerunCommand,
  },
  {
    name: ["verify"],
    summary: "Run a recorded run again, and judge whether it gives the same",
    group: "Again",
    load: async () => (await import("./verify.ts")).verify,
  },
  {
    name: ["checkout"],
    summary: "Lay a run out as a folder: code, inputs, outputs, config",
    group: "Again",
    load: async () => (await import("./checkout.ts")).checkout,
  },
  {
    name: ["build"],
    summary: "Make the image that stages run in, and write aero.lock",
    group: "Everyday",
    load: async () => (await import("./build.ts")).build,
  },
  {
    name: ["list"],
    summary: "List runs, newest first",
    group: "Looking",
    load: async () => (await import("./list.ts")).list,
  },
  {
    name: ["show"],
    summary: "Show all that is known of a run",
    group: "Looking",
    load: async () => (await import("./show.ts")).show,
  },
  {
    name: ["logs"],
    summary: "Print what a run's program printed",
    group: "Looking",
    load: async () => (await import("./logs.ts")).logs,
  },
  {
    name: ["metrics"],
    summary: "Compare the metrics of runs, tags or branches",
    group: "Looking",
    load: async () => (await import("./metrics.ts")).metrics,
  },
  {
    name: ["diff"],
    summary: "Show what differs between two runs",
    group: "Looking",
    load: async () => (await import("./diff.ts")).diff,
  },
  {
    name: ["tag"],
    summary: "Give a run tags, or take them away",
    group: "Looking",
    load: async () => (await import("./tag.ts")).tag,
  },
  {
    name: ["note"],
    summary: "Say what a run is about",
    group: "Looking",
    load: async () => (await import("./note.ts")).note,
  },
  {
    name: ["data", "add"],
    summary: "Store a file or directory as an artifact",
    group: "Artifacts",
    load: async () => (await import("./data_add.ts")).dataAdd,
  },
  {
    name: ["data", "import"],
    summary: "Make data at an address an artifact, in place where it can stay",
    group: "Artifacts",
    load: async () => (await import("./data_import.ts")).dataImport,
  },
  {
    name: ["data", "update"],
    summary: "Look for newer data where artifacts were imported from",
    group: "Artifacts",
    load: async () => (await import("./data_update.ts")).dataUpdate,
  },
  {
    name: ["artifact", "list"],
    summary: "List artifacts, and the newest version of each",
    group: "Artifacts",
    load: async () => (await import("./artifact_list.ts")).artifactList,
  },
  {
    name: ["artifact", "show"],
    summary: "Show a version of an artifact: its files, and where it came from",
    group: "Artifacts",
    load: async () => (await import("./artifact_show.ts")).artifactShow,
  },
  {
    name: ["artifact", "get"],
    summary: "Put the files of an artifact into a folder",
    group: "Artifacts",
    load: async () => (await import("./artifact_get.ts")).artifactGet,
  },
  {
    name: ["artifact", "log"],
    summary: "List the versions of an artifact, newest first",
    group: "Artifacts",
    load: async () => (await import("./artifact_log.ts")).artifactLog,
  },
  {
    name: ["artifact", "diff"],
    summary: "Show which files differ between two versions",
    group: "Artifacts",
    load: async () => (await import("./artifact_diff.ts")).artifactDiff,
  },
  {
    name: ["artifact", "note"],
    summary: "Say what a version of an artifact is",
    group: "Artifacts",
    load: async () => (await import("./artifact_note.ts")).artifactNote,
  },
  {
    name: ["artifact", "lineage"],
    summary: "Show what an artifact came from, and what came of it",
    group: "Artifacts",
    load: async () => (await import("./artifact_lineage.ts")).artifactLineage,
  },
  {
    name: ["artifact", "alias", "set"],
    summary: "Give a version of an artifact a moving name",
    group: "Artifacts",
    load: async () => (await import("./artifact_alias_set.ts")).artifactAliasSet,
  },
  {
    name: ["artifact", "alias", "list"],
    summary: "List the moving names of artifacts",
    group: "Artifacts",
    load: async () => (await import("./artifact_alias_list.ts")).artifactAliasList,
  },
  {
    name: ["artifact", "alias", "remove"],
    summary: "Remove a moving name of an artifact",
    group: "Artifacts",
    load: async () => (await import("./artifact_alias_remove.ts")).artifactAliasRemove,
  },
  {
    name: ["push"],
    summary: "Send what waits on this machine to the storage",
    group: "Everyday",
    load: async () => (await import("./push.ts")).push,
  },
  {
    name: ["pull"],
    summary: "Get records and names from the storage, and files into the cache",
    group: "Everyday",
    load: async () => (await import("./pull.ts")).pull,
  },
  {
    name: ["sync"],
    summary: "Send what waits on this machine, get records and names, and send trackers the runs they lack",
    group: "Everyday",
    load: async () => (await import("./sync.ts")).sync,
  },
  {
    name: ["config", "show"],
    summary: "Show the configuration that is in force",
    group: "Groups",
    load: async () => (await import("./config_show.ts")).configShow,
  },
  {
    name: ["config", "list"],
    summary: "List all keys of aero.yaml and of your own config.yaml",
    group: "Groups",
    load: async () => (await import("./config_list.ts")).configList,
  },
  {
    name: ["env", "show"],
    summary: "Show what stages run in: image, variables, network, packages",
    group: "Groups",
    load: async () => (await import("./env_show.ts")).envShow,
  },
  {
    name: ["env", "check"],
    summary: "Test whether the engine does all that aero needs of one",
    group: "Groups",
    load: async () => (await import("./env_check.ts")).envCheck,
  },
  {
    name: ["storage", "up"],
    summary: "Serve this machine's disk as S3-compatible storage, to yourself or a group",
    group: "Groups",
    load: async () => (await import("./storage_up.ts")).storageUp,
  },
  {
    name: ["storage", "status"],
    summary: "Show whether the storage server of this machine runs",
    group: "Groups",
    load: async () => (await import("./storage_status.ts")).storageStatus,
  },
  {
    name: ["storage", "down"],
    summary: "Stop the storage server of this machine",
    group: "Groups",
    load: async () => (await import("./storage_down.ts")).storageDown,
  },
  {
    name: ["storage", "user", "add"],
    summary: "Let somebody use the storage server, with keys of their own",
    group: "Groups",
    load: async () => (await import("./storage_user_add.ts")).storageUserAdd,
  },
  {
    name: ["storage", "user", "list"],
    summary: "List who may use the storage server, and for what",
    group: "Groups",
    load: async () => (await import("./storage_user_list.ts")).storageUserList,
  },
  {
    name: ["storage", "user", "remove"],
    summary: "Take somebody's keys to the storage server away",
    group: "Groups",
    load: async () => (await import("./storage_user_remove.ts")).storageUserRemove,
  },
  {
    name: ["storage", "fsck"],
    summary: "Read all that is stored, tell what is damaged or missing, and mend it",
    group: "Groups",
    load: async () => (await import("./storage_fsck.ts")).storageFsck,
  },
  {
    name: ["storage", "migrate"],
    summary: "Copy all that one storage has to another",
    group: "Groups",
    load: async () => (await import("./storage_migrate.ts")).storageMigrate,
  },
  {
    name: ["storage", "gc"],
    summary: "Remove what nothing refers to from the storage",
    group: "Groups",
    load: async () => (await import("./storage_gc.ts")).storageGc,
  },
  {
    name: ["storage", "check"],
    summary: "Test whether the storage does all that aero needs of one",
    group: "Groups",
    load: async () => (await import("./storage_check.ts")).storageCheck,
  },
  {
    name: ["tracker", "list"],
    summary: "List the trackers of this project, and how many runs each lacks",
    group: "Groups",
    load: async () => (await import("./tracker_list.ts")).trackerList,
  },
  {
    name: ["tracker", "check"],
    summary: "Test whether a tracker can be reached, and does what aero needs",
    group: "Groups",
    load: async () => (await import("./tracker_check.ts")).trackerCheck,
  },
  {
    name: ["tracker", "import"],
    summary: "Make runs of a tracker, which others' code made, runs of this project",
    group: "Groups",
    load: async () => (await import("./tracker_import.ts")).trackerImport,
  },
  {
    name: ["tracker", "export"],
    summary: "Send runs to a tracker, imported ones too",
    group: "Groups",
    load: async () => (await import("./tracker_export.ts")).trackerExport,
  },
  {
    name: ["cache", "status"],
    summary: "Show what the cache holds, and how full it is",
    group: "Groups",
    load: async () => (await import("./cache_status.ts")).cacheStatus,
  },
  {
    name: ["cache", "prune"],
    summary: "Remove what is longest unused until the cache is under its cap",
    group: "Groups",
    load: async () => (await import("./cache_prune.ts")).cachePrune,
  },
  {
    name: ["log"],
    summary: "Report metrics, from inside a run",
    group: "Groups",
    load: async () => (await import("./log.ts")).log,
  },
  {
    name: ["completions"],
    summary: "Print a script that completes aero's commands in your shell",
    group: "Groups",
    load: async () => (await import("./completions.ts")).completions,
  },
  {
    name: ["__complete"],
    summary: "List what could come next on a command line",
    group: "hidden",
    load: async () => (await import("./complete.ts")).complete,
  },
];

/** Pages of `aero help` that are not about one command. */
export const TOPICS: Readonly<Record<string, HelpTopic>> = {
  errors: {
    summary: "List exit codes and error codes",
    load: async () => (await import("./help_errors.ts")).errorsPage(),
  },
  variables: {
    summary: "List the environment variables that aero reads",
    load: async () => (await import("./help_variables.ts")).variablesPage(),
  },
};
