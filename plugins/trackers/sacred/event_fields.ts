import type { JsonObject } from "../../../core/model/json.ts";
import type { ProgramExit } from "../../../core/model/run.ts";
import type { TrackerEvent } from "../../../core/plugin/tracker.ts";
import { STATUS_OF } from "./end_status.ts";

type Ended = Extract<TrackerEvent, { kind: "ended" }>;
type Output = Extract<TrackerEvent, { kind: "output" }>;

/** Fields of a run's document that its end sets. */
export function endFields({ at, state, exit, reason }: Ended): Readonly<Record<string, unknown>> {
  const moment = new Date(at);
  const trace = [...(reason === undefined ? [] : [reason]), ...(exit === undefined ? [] : [exitText(exit)])];
  return {
    status: STATUS_OF[state],
    stop_time: moment,
    // Omniboard takes the time between the start and the last beat for the duration.
    heartbeat: moment,
    ...(state === "succeeded" ? {} : { fail_trace: trace }),
    "info.aero.state": state,
  };
}

/** The file that points to an output. */
export function outputFile({ name, output, url }: Output): {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly metadata: JsonObject;
} {
  const { artifact, label, manifest, files, bytes } = output;
  const pointer: JsonObject = {
    artifact,
    ...(label === undefined ? {} : { version: label }),
    digest: manifest.digest,
    files,
    bytes,
    ...(url === undefined ? {} : { url }),
  };
  return {
    name: `${name}.json`,
    bytes: new TextEncoder().encode(`${JSON.stringify(pointer, null, 2)}\n`),
    metadata: pointer,
  };
}

function exitText(exit: ProgramExit): string {
  switch (exit.how) {
    case "exited":
      return `The program ended with exit code ${exit.code}`;
    case "signalled":
      return `The program was ended by ${exit.signal}`;
    case "out_of_memory":
      return "The program needed more memory than it was given";
  }
}
