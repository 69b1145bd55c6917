import { createHash } from "node:crypto";
import * as z from "zod";
import type { JsonObject } from "../../../core/model/json.ts";
import type { LoggedInput } from "../../../core/model/logged.ts";
import { tagWord } from "../../../core/model/named_tags.ts";
import type { LoggedEvent, TrackerEvent } from "../../../core/plugin/tracker.ts";
import { useInput } from "./artifacts.ts";
import { type BegunRun, configFile } from "./begin_run.ts";
import type { CallOptions, Connection } from "./connection.ts";
import { UPSERT } from "./queries.ts";
import { withParams } from "./run_config.ts";
import { putFiles } from "./run_files.ts";
import { tagText } from "./run_tags.ts";
import { readTags } from "./send_remark.ts";
import type { SentRun } from "./sent_run.ts";

/**
 * Sends what a program logged beside metrics: params into the config, tags and the note over those that hold, data as
 * artifacts that were used. Again is the same as once.
 */
export async function sendLogged(
  connection: Connection,
  sent: SentRun,
  events: readonly TrackerEvent[],
  options: CallOptions,
): Promise<BegunRun> {
  const logged = events.filter((event) => event.kind === "logged");
  if (logged.length === 0) return { sent, uploaded: [] };
  for (const input of logged.flatMap(({ facts }) => facts.inputs ?? [])) {
    await useInput(connection, sent.path, pointerTo(input), undefined, options);
  }
  const params: JsonObject = Object.assign(Object.create(null), ...logged.map(({ facts }) => facts.params));
  const config = Object.keys(params).length === 0 ? undefined : withParams(sent.config, params);
  const tags = logged.some(({ facts }) => facts.tags !== undefined)
    ? logged.reduce(tagsBehind, (await readTags(connection, sent.path, options))?.tags ?? [])
    : undefined;
  const note = logged.findLast(({ facts }) => facts.note !== undefined)?.facts.note;
  if (config === undefined && tags === undefined && note === undefined) return { sent, uploaded: [] };
  const { entity, project, run: name } = sent.path;
  await connection.ask(
    UPSERT,
    { id: sent.storageId, entity, project, name, config, tags, notes: note },
    z.looseObject({}),
    options,
  );
  if (config === undefined) return { sent, uploaded: [] };
  const file = await configFile(config);
  await putFiles(connection, sent.path, [file], options);
  return { sent: { ...sent, config }, uploaded: [file.name] };
}

/** W&B has no values of tags: one with a value is one word. */
function tagsBehind(tags: readonly string[], { facts, tagsBefore }: LoggedEvent): readonly string[] {
  const kept = new Set(tags);
  for (const [name, value] of Object.entries(facts.tags ?? {})) {
    if (Object.hasOwn(tagsBefore, name)) kept.delete(tagText(tagWord(name, tagsBefore[name]!)));
    if (value !== null) kept.add(tagText(tagWord(name, value)));
  }
  return [...kept];
}

/** Its digest is the program's own word for it, whatever that is. */
function pointerTo({ name, url, digest }: LoggedInput) {
  const hash = (text: string) => createHash("sha256").update(text).digest("hex");
  const known = digest === undefined || digest === "" ? hash(url ?? name) : digest;
  return {
    name: name === "" ? "data" : name.slice(0, 1000),
    digest: known.length > 200 ? hash(known) : known,
    size: 0,
    ...(url === undefined || url.length > 4000 ? {} : { url }),
  };
}
