import type { z } from "zod";
import type { Registry } from "../plugin/registry.ts";
import { faultsOf } from "./faults.ts";
import { configInvalid } from "./project_file.ts";
import { USER_SCHEMA } from "./schema.ts";
import { trackerFaults, type TrackerFile } from "./tracker_sections.ts";
import { readYaml } from "./yaml_text.ts";

/** The variable that says the trackers. */
export const TRACKERS_VARIABLE = "AERO_TRACKERS";

/**
 * Reads what AERO_TRACKERS says: `none`; a list as aero.yaml has it, in brackets; or entries with commas between. An
 * entry is the name of a tracker that files configure, or a kind of tracker, and may have an address behind a colon.
 *
 * @param configured What files say, strongest first.
 * @throws {UserError} `config_invalid`, `config_unreadable`.
 */
export function trackersOfVariable(
  text: string,
  configured: readonly TrackerFile[],
  registry: Registry,
): readonly TrackerFile[] {
  const said = text.trim();
  const value = said.startsWith("[")
    ? readYaml(said, TRACKERS_VARIABLE).value
    : said === "none"
    ? []
    : entriesOf(said).map((entry) => trackerOf(entry, configured, registry));
  const read = USER_SCHEMA.safeParse({ trackers: value });
  if (!read.success) throw configInvalid(TRACKERS_VARIABLE, faultsOf(read.error, USER_SCHEMA));
  const trackers = read.data.trackers ?? [];
  const faults = trackerFaults(trackers, registry);
  if (faults.length > 0) throw configInvalid(TRACKERS_VARIABLE, faults);
  return trackers;
}

/** Splits at commas and spaces; addresses of several hosts have commas of their own. */
function entriesOf(text: string): string[] {
  const entries: string[] = [];
  for (const part of text.split(/[,\s]+/).filter((part) => part !== "")) {
    const last = entries.at(-1);
    const isEntry = /^[\w.-]+(?::[a-z+]+:\/\/.*)?$/i.test(part);
    if (!isEntry && last?.includes("://")) entries[entries.length - 1] = `${last},${part}`;
    else entries.push(part);
  }
  return entries;
}

function trackerOf(entry: string, configured: readonly TrackerFile[], registry: Registry): TrackerFile {
  const colon = entry.indexOf(":");
  const name = colon < 0 ? entry : entry.slice(0, colon);
  const tracker = configured.find((one) => (one.name ?? one.use) === name) ?? { use: name };
  if (colon < 0) return tracker;
  // The section's own address, in whatever option it stands, is not to be mixed with this one.
  const others = Object.entries(tracker).filter(([option]) => !ADDRESS.test(option));
  const { use } = tracker;
  return { ...Object.fromEntries(others), use, [addressOption(use, registry)]: entry.slice(colon + 1) };
}

/** Options that say where a service is, or which variable says it: `uri`, `base_url`, `uri_variable`. */
const ADDRESS = /(?:^|_)ur[il](?:_variable)?$/;

/** The option that takes a service's address. */
function addressOption(use: string, { trackers }: Registry): string {
  const config: z.ZodType & { readonly shape?: object } | undefined = trackers.find(({ name }) =>
    name === use
  )?.config;
  return Object.keys(config?.shape ?? {}).find((option) => /(?:^|_)ur[il]$/.test(option)) ?? "uri";
}
