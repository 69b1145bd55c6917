import type { JsonObject, JsonValue } from "../model/json.ts";
import { nearest } from "../model/nearest.ts";
import { isName } from "../model/name.ts";
import type { Registry } from "../plugin/registry.ts";
import { type Fault, faultsOf } from "./faults.ts";
import type { TrackerSection } from "./project_config.ts";

/** An entry of `trackers` as a file has it. */
export interface TrackerFile {
  readonly use: string;
  readonly name?: string | undefined;
  readonly [option: string]: unknown;
}

/** All that is wrong in a list `trackers`, with the plugins' own schemas; paths begin at the top of the file. */
export function trackerFaults(trackers: readonly TrackerFile[], registry: Registry): Fault[] {
  const sections = toTrackerSections(trackers);
  return sections.flatMap((section, i) => [
    ...faultsOfSection(section, registry).map(({ path, message }) => ({
      path: ["trackers", i, ...path],
      message,
    })),
    ...nameFaults(sections, i).map((message) => ({ path: ["trackers", i], message })),
  ]);
}

function faultsOfSection({ use, options }: TrackerSection, registry: Registry): Fault[] {
  const plugin = registry.trackers.find(({ name }) => name === use);
  if (plugin === undefined) {
    const known = registry.trackers.map(({ name }) => name);
    const near = nearest(use, known);
    const hint = near !== undefined
      ? `did you mean "${near}"?`
      : known.length > 0
      ? `it can be ${known.join(", ")}`
      : "no tracker is built in";
    return [{ path: ["use"], message: `there is no ${JSON.stringify(use)}; ${hint}` }];
  }
  const read = plugin.config.safeParse(options);
  return read.success ? [] : faultsOf(read.error, plugin.config);
}

/** Ids of runs begin with the name of their tracker: it must be one of its own, and have no colon in it. */
function nameFaults(sections: readonly TrackerSection[], i: number): string[] {
  const { name } = sections[i]!;
  if (!isName(name)) return [`${JSON.stringify(name)} cannot be the name of a tracker`];
  return sections.findIndex((other) => other.name === name) === i ? [] : [
    `two trackers are named ${JSON.stringify(name)}; give one another name, such as \`name: ${name}-2\``,
  ];
}

/** The entries of `trackers`, each with its name. */
export function toTrackerSections(trackers: readonly TrackerFile[]): TrackerSection[] {
  return trackers.map(({ use, name = use, ...options }) => ({ use, name, options: options as JsonObject }));
}

/** `trackers` as JSON, as the file has it. */
export function trackersValue(trackers: readonly TrackerFile[]): JsonValue {
  return trackers as unknown as JsonValue;
}
