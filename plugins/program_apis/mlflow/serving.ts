import type { JsonObject } from "../../../core/model/json.ts";
import type { ProgramLog } from "../../../core/plugin/program_api.ts";
import type { ArtifactFiles } from "./artifact_files.ts";
import type { Message } from "./message.ts";
import type { ModelRegistry } from "./model_registry.ts";
import type { RunBook } from "./run_book.ts";
import type { ToldRegistry } from "./told_registry.ts";

/** What requests are answered from, and where what they say goes. */
export interface Serving {
  readonly book: RunBook;
  readonly log: ProgramLog;
  readonly files: ArtifactFiles;
  readonly registry: ModelRegistry;
  readonly toldRegistry: ToldRegistry;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Answers one kind of request.
 *
 * @param ids Parts of the path that the route leaves open.
 * @throws {Refusal} if it is not done.
 */
export type Handler = (
  serving: Serving,
  message: Message,
  ids: readonly string[],
) => JsonObject | Promise<JsonObject>;

/** Handlers by method and path below the API's root, with `*` for one open part: `GET runs/get`. */
export type Routes = Readonly<Record<string, Handler>>;
