import type { TrackerEvent } from "../../../core/plugin/tracker.ts";
import type { Parts } from "./begin_run.ts";
import { provideModel } from "./logged_models.ts";
import { escapeName } from "./names.ts";
import type { Step } from "./run_lookup.ts";
import { TAG, type WireTag } from "./run_tags.ts";
import type { SentRun } from "./sent_run.ts";
import { MOST_TAG, shorten } from "./shorten.ts";

type OutputEvent = Extract<TrackerEvent, { kind: "output" }>;

/** Which outputs become logged models. */
export type LoggedModels = "auto" | "all" | "none";

/**
 * Tells of an output: a small file that points to it, a logged model if it is one and the server knows such, and a
 * tag. Again is the same as once.
 *
 * @returns The tag, to be written with what follows.
 */
export async function sendOutput(
  parts: Parts,
  run: SentRun,
  { name, output, url, at }: OutputEvent,
  models: LoggedModels,
  step: Step,
): Promise<WireTag> {
  const { artifact, label, manifest, files, bytes } = output;
  const named = label === undefined ? artifact : `${artifact}:${label}`;
  if (run.noFiles === undefined) {
    const pointer = { artifact, label, digest: manifest.digest, files, bytes, url, at };
    const text = JSON.stringify(pointer, undefined, 2) + "\n";
    const path = `outputs/${fileName(name)}.json`;
    const refused = await parts.files.write(run, path, new TextEncoder().encode(text), step);
    if (refused !== undefined) run.noFiles = refused;
  }
  if (models === "all" || (models === "auto" && saysModel(name, artifact))) {
    await provideModel(parts.client, run, {
      name: artifact,
      tags: {
        "aero.output": named,
        "aero.digest": manifest.digest,
        ...(url === undefined ? {} : { "aero.url": url }),
      },
    }, step);
  }
  return {
    key: escapeName(`${TAG.output}${name}`),
    value: shorten(`${named} ${manifest.digest}`, MOST_TAG, "the run's record"),
  };
}

/** Whether one of the words of a name is "model": `model`, `final-model`, `models/v2`. */
function saysModel(...names: readonly string[]): boolean {
  return names.some((name) => /(?:^|[^\p{L}])models?(?:$|[^\p{L}])/iu.test(name));
}

/** One part of a path that every store of files takes. */
function fileName(name: string): string {
  return escapeName(name.replaceAll("/", "_")).replaceAll("/", "_");
}
