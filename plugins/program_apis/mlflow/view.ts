import type { Message } from "./message.ts";
import type { LifecycleStage } from "./program_run.ts";
import { invalid } from "./refusal.ts";

/** By name, and by the number that a query has. */
const VIEWS: Readonly<Record<string, readonly LifecycleStage[]>> = {
  ACTIVE_ONLY: ["active"],
  "1": ["active"],
  DELETED_ONLY: ["deleted"],
  "2": ["deleted"],
  ALL: ["active", "deleted"],
  "3": ["active", "deleted"],
};

/** Whether a search shows what is in such a stage; deleted ones only if asked. @throws {Refusal} */
export function readView(message: Message, name: string): (stage: LifecycleStage) => boolean {
  const wanted = message.text(name) ?? "ACTIVE_ONLY";
  if (!Object.hasOwn(VIEWS, wanted)) {
    throw invalid(`Invalid ${name} '${wanted.slice(0, 100).toWellFormed()}'`);
  }
  return (stage) => VIEWS[wanted]!.includes(stage);
}
