import { BSON } from "mongodb";
import type { LoggedInput } from "../../../core/model/logged.ts";
import { tagWord } from "../../../core/model/named_tags.ts";
import type { LoggedEvent, TrackerEvent } from "../../../core/plugin/tracker.ts";
import type { Collections, RunDocument } from "./documents.ts";
import { encodeKeys } from "./param_keys.ts";
import { MOST_NOTE_CHARACTERS, MOST_TAG_CHARACTERS } from "./start_document.ts";
import { fitText, fitValue } from "./thin_value.ts";

/** Bytes of BSON that a run's config may have with what its program logged. */
const MOST_CONFIG_BYTES = 4 * 1024 * 1024;
const MOST_TAGS = 1000;
const MOST_RESOURCES = 5000;

type Resource = NonNullable<RunDocument["resources"]>[number];

/** A part of a change of a run's document. */
export interface LoggedChange {
  /** What the document must still say; people change tags in Omniboard. */
  readonly filter: Readonly<Record<string, unknown>>;
  readonly set: Readonly<Record<string, unknown>>;
  readonly unset: Readonly<Record<string, "">>;
}

/**
 * What the facts that a program logged change in its run's document: params stand in `config`, where Omniboard has its
 * columns, beside those of the version.
 *
 * @returns Nothing to change if no event has facts.
 */
export async function loggedChange(
  { runs }: Collections,
  number: number,
  events: readonly TrackerEvent[],
): Promise<LoggedChange> {
  const logged = events.filter((event) => event.kind === "logged");
  if (logged.length === 0) return { filter: {}, set: {}, unset: {} };
  const projection = { config: 1, "omniboard.tags": 1, resources: 1 };
  const { config = {}, omniboard, resources = [] } = await runs.findOne({ _id: number }, { projection }) ??
    {};
  const set: Record<string, unknown> = {};
  const unset: Record<string, ""> = {};
  const filter: Record<string, unknown> = {};
  const params = Object.assign(Object.create(null), ...logged.map(({ facts }) => facts.params));
  if (Object.keys(params).length > 0) {
    const room = Math.max(1000, MOST_CONFIG_BYTES - BSON.calculateObjectSize(config));
    // As a whole: a path to one param could not have an empty name.
    set.config = { ...config, ...fitValue(encodeKeys({ ...params }), room) };
  }
  // As it lies there: people and other programs write it too.
  const there: unknown = omniboard?.tags;
  const tags: readonly string[] = Array.isArray(there) ? there : [];
  if (logged.some(({ facts }) => facts.tags !== undefined)) {
    set["omniboard.tags"] = logged.reduce(tagsBehind, tags);
    if (there !== undefined) filter["omniboard.tags"] = there;
  }
  const inputs = logged.flatMap(({ facts }) => facts.inputs ?? []);
  if (inputs.length > 0) set.resources = resourcesBehind(resources, inputs);
  const note = logged.findLast(({ facts }) => facts.note !== undefined)?.facts.note;
  if (note !== undefined) {
    const text = fitText(note, MOST_NOTE_CHARACTERS);
    set["meta.comment"] = text;
    if (text === "") unset["omniboard.notes"] = "";
    else set["omniboard.notes"] = text;
  }
  return { filter, set, unset };
}

/** Omniboard has no values of tags: one with a value is one word. */
function tagsBehind(tags: readonly string[], { facts, tagsBefore }: LoggedEvent): readonly string[] {
  const kept = new Set(tags);
  for (const [name, value] of Object.entries(facts.tags ?? {})) {
    if (Object.hasOwn(tagsBefore, name)) kept.delete(word(name, tagsBefore[name]!));
    if (value !== null) kept.add(word(name, value));
  }
  if (kept.size <= MOST_TAGS) return [...kept];
  return [...[...kept].slice(0, MOST_TAGS), "[… more tags cut]"];
}

function word(name: string, value: string): string {
  return fitText(tagWord(name, value), MOST_TAG_CHARACTERS);
}

/** Those of the run, and those that its program named: `name`, or `name=address`. */
function resourcesBehind(there: readonly Resource[], inputs: readonly LoggedInput[]): readonly Resource[] {
  const known = new Set(there.map((resource) => JSON.stringify(resource)));
  const resources = [...there];
  for (const { name, url, digest = "" } of inputs) {
    const resource: Resource = [
      fitText(url === undefined ? name : `${name}=${url}`, 1000),
      fitText(digest, 1000),
    ];
    const key = JSON.stringify(resource);
    if (known.has(key)) continue;
    known.add(key);
    if (resources.length < MOST_RESOURCES) resources.push(resource);
    else if (resources.length === MOST_RESOURCES) resources.push(["[… more inputs cut]", ""]);
  }
  return resources;
}
