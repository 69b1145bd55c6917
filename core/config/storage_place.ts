import { UserError } from "../errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../model/json.ts";
import type { RegisteredStorage } from "../plugin/registry.ts";
import { faultsOf } from "./faults.ts";
import type { PluginSection } from "./project_config.ts";

/** What a place is read with. */
export interface PlaceSources {
  readonly storages: readonly RegisteredStorage[];
  /** Profiles of the user, by name: a section `storage` each. */
  readonly profiles: Readonly<Record<string, JsonValue>>;
  /** The project's own storage. */
  readonly own: PluginSection;
  /** Absolute; what a relative path begins at. */
  readonly cwd: string;
}

/**
 * Reads where a storage is, as it is typed at the command line:
 *
 * - `.` is the storage of the project;
 * - `NAME` is a profile of the user, or else a kind of storage with no options, such as `local`;
 * - `KIND:PATH`, such as `local:/mnt/data` or `local:backup`;
 * - `use=KIND,OPTION=VALUE,…`, as a section `storage` says it, `profile=NAME` too.
 *
 * @throws {UserError} `place_invalid`.
 */
export function parseStoragePlace(text: string, sources: PlaceSources): PluginSection {
  if (text === ".") return sources.own;
  const section = sectionOf(text, sources);
  const plugin = sources.storages.find(({ name }) => name === section.use);
  if (plugin === undefined) {
    throw invalid(
      text,
      `there is no storage and no profile ${JSON.stringify(section.use)}; ${known(sources)}`,
    );
  }
  const read = plugin.config.safeParse(section.options);
  if (read.success) return section;
  // Not every kind of storage looks for more under the name of a profile.
  const { profile: _, ...options } = section.options;
  if (Object.hasOwn(sources.profiles, text) && plugin.config.safeParse(options).success) {
    return { use: section.use, options };
  }
  const faults = faultsOf(read.error, plugin.config);
  throw invalid(
    text,
    faults.map(({ path, message }) => `${path.map(String).join(".")}: ${message}`).join("\n"),
  );
}

function sectionOf(text: string, sources: PlaceSources): PluginSection {
  const { profiles, cwd, own } = sources;
  if (/^[a-z_]+=/.test(text)) {
    const { use, options } = wordsOf(text);
    const { path, profile } = options;
    const said = typeof profile === "string" && Object.hasOwn(profiles, profile) ? profiles[profile] : {};
    const { use: _, ...more } = isJsonObject(said) ? said as JsonObject : {};
    const absolute = typeof path === "string" && !path.startsWith("/") ? { path: `${cwd}/${path}` } : {};
    return { use, options: { ...more, ...options, ...absolute } };
  }
  const colon = text.indexOf(":");
  if (colon > 0) {
    const path = text.slice(colon + 1);
    if (path === "") throw invalid(text, "no path follows the colon");
    return { use: text.slice(0, colon), options: { path: path.startsWith("/") ? path : `${cwd}/${path}` } };
  }
  const profile = Object.hasOwn(profiles, text) ? profiles[text] : undefined;
  if (profile === undefined) return { use: text, options: {} };
  const { use, ...said } = isJsonObject(profile) ? profile as JsonObject : {};
  const options = { ...said, profile: text };
  if (typeof use === "string") return { use, options };
  // A profile need not say for which kind of storage it is: that of the project, or the first that takes it.
  const kinds = [...sources.storages].sort((a, b) => Number(b.name === own.use) - Number(a.name === own.use));
  const fits = kinds.find(({ config }) => config.safeParse(options).success);
  if (fits === undefined) {
    throw invalid(text, "this profile says no kind of storage, and none takes what it says");
  }
  return { use: fits.name, options };
}

function wordsOf(text: string): PluginSection {
  const options: Record<string, JsonValue> = {};
  for (const word of text.split(",")) {
    const [, key, value] = /^([a-z_]+)=(.*)$/.exec(word) ?? [];
    if (key === undefined || Object.hasOwn(options, key)) {
      throw invalid(text, `${JSON.stringify(word)} is not one OPTION=VALUE`);
    }
    options[key] = value === "true" || value === "false" ? value === "true" : value!;
  }
  const { use, ...rest } = options;
  if (typeof use !== "string") throw invalid(text, "it does not say which kind of storage it is: use=KIND");
  return { use, options: rest };
}

function known({ storages, profiles }: PlaceSources): string {
  const names = new Set([...Object.keys(profiles), ...storages.map(({ name }) => name)]);
  return `known are ${[...names].join(", ")}`;
}

function invalid(text: string, why: string): UserError {
  return new UserError("place_invalid", {
    what: `Cannot tell which storage ${JSON.stringify(text)} is`,
    why,
    fix: [
      "a profile of yours, `local:/some/directory`, or `use=KIND,OPTION=VALUE,…`; `.` is that of the project",
    ],
  });
}
