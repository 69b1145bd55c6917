import { type Stage, STAGES } from "./registered_model.ts";
import { invalid, type Refusal } from "./refusal.ts";

/** Longest name that is repeated in a refusal, in characters. */
const SHOWN = 100;

/** Longest alias, in characters. */
const MOST_ALIAS = 255;

/** A name as a refusal repeats it. */
export function shown(name: string): string {
  return name.slice(0, SHOWN).toWellFormed();
}

/** @throws {Refusal} if no model may be registered under `name`: `models:/<name>/<version>` would not name it. */
export function checkModelName(name: string): void {
  if (name.trim() === "") throw invalid("Missing value for required parameter 'name'");
  if (/[/:]/.test(name) || name === "." || name === "..") {
    throw invalid(`Invalid model name '${shown(name)}'. Names cannot contain '/' or ':'.`);
  }
}

/** @throws {Refusal} if `alias` is none, or what `models:/<name>@<alias>` reads in another way. */
export function checkAlias(alias: string): void {
  if (!/^[\p{L}\p{N}_-]+$/u.test(alias) || alias.length > MOST_ALIAS) {
    throw invalid(
      `Invalid alias name: '${
        shown(alias)
      }'. It may only have alphanumerics, underscores (_) and dashes (-), ${MOST_ALIAS} at most.`,
    );
  }
  if (alias.toLowerCase() === "latest" || /^v\d+$/i.test(alias)) {
    throw invalid(`Invalid alias name: '${shown(alias)}' is reserved.`);
  }
}

/** A stage by its name, in large or small letters. @throws {Refusal} */
export function readStage(text: string): Stage {
  const stage = STAGES.find((known) => known.toLowerCase() === text.toLowerCase());
  if (stage === undefined) throw noStage(text);
  return stage;
}

function noStage(text: string): Refusal {
  return invalid(`Invalid Model Version stage: '${shown(text)}'. It is to be one of ${STAGES.join(", ")}.`);
}
