import type { Message } from "./message.ts";
import { Refusal } from "./refusal.ts";
import { readEntries } from "./wire.ts";

/** The tag by which clients from 3.0 on mark what is no model but a prompt. */
export const PROMPT_TAG = "mlflow.prompt.is_prompt";

/** The tags that something is registered with. @throws {Refusal} if it is no model. */
export function readRegistryTags(message: Message): ReadonlyMap<string, string> {
  const tags = new Map(readEntries(message.messages("tags")));
  if (tags.has(PROMPT_TAG)) {
    throw new Refusal(
      "NOT_IMPLEMENTED",
      "Prompts are not kept in runs of aero. Keep them in files of the project, or log them as artifacts",
    );
  }
  return tags;
}
