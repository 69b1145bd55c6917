import type { OperationOptions } from "../../core/plugin/context.ts";
import type { RunId } from "../../core/model/run_id.ts";
import {
  type ForeignPoint,
  type ForeignRun,
  NOTHING_SENT,
  type TrackerBatch,
  type TrackerCursor,
  type TrackerEvent,
} from "../../core/plugin/tracker.ts";
import { ChangesEvents, type TrackerMutant } from "./changes_events.ts";
import { MemoryTracker, MemoryTrackerService } from "./memory_tracker.ts";
import { LOGGED_MUTANTS } from "./mutant_logged.ts";

/** Changes the values of metrics on their way. */
abstract class ChangesPoints extends ChangesEvents {
  protected abstract changed(points: Points): Points;

  protected override change(event: TrackerEvent): TrackerEvent {
    return event.kind === "metrics" ? { ...event, points: this.changed(event.points) } : event;
  }
}

type Points = Extract<TrackerEvent, { kind: "metrics" }>["points"];

/** Changes what is known at the start. */
abstract class ChangesStart extends ChangesEvents {
  protected abstract started(started: Started): Started;

  protected override change(event: TrackerEvent): TrackerEvent {
    return event.kind === "started" ? { ...event, started: this.started(event.started) } : event;
  }
}

type Started = Extract<TrackerEvent, { kind: "started" }>["started"];

/** Adds a batch again that it had. */
class SendsTwice extends MemoryTracker {
  override async send(run: RunId, _from: TrackerCursor, batch: TrackerBatch, options?: OperationOptions) {
    await super.send(run, await this.cursor(run), batch, options);
  }
}

class TakesGaps extends MemoryTracker {
  override async send(run: RunId, from: TrackerCursor, batch: TrackerBatch, options?: OperationOptions) {
    const has = await this.cursor(run);
    await super.send(run, from.events > has.events ? has : from, batch, options);
  }
}

class TakesWhatComesBehindTheEnd extends MemoryTracker {
  override async send(run: RunId, from: TrackerCursor, batch: TrackerBatch, options?: OperationOptions) {
    await super.send(run, from, batch, options).catch((error) => {
      if (error.code !== "tracker_ended") throw error;
    });
  }
}

class ForgetsWhereItWas extends MemoryTracker {
  override async cursor(run: RunId, options?: OperationOptions): Promise<TrackerCursor> {
    await super.cursor(run, options);
    return NOTHING_SENT;
  }
}

class StopsAt1000Points extends ChangesPoints {
  protected override changed(points: Points): Points {
    return points.slice(0, 1000);
  }
}

class DropsNaN extends ChangesPoints {
  protected override changed(points: Points): Points {
    return points.filter(({ values }) => Object.values(values).every(Number.isFinite));
  }
}

class StopsAtNaN extends ChangesPoints {
  override readonly capabilities = {
    ...new MemoryTracker(new MemoryTrackerService()).capabilities,
    nonFiniteMetrics: false,
  };

  protected override changed(points: Points): Points {
    const end = points.findIndex(({ values }) => !Object.values(values).every(Number.isFinite));
    return end < 0 ? points : points.slice(0, end);
  }
}

class KeepsOneValueAStep extends ChangesPoints {
  protected override changed(points: Points): Points {
    return [...new Map(points.map((point) => [point.step, point])).values()];
  }
}

class NeedsSteps extends ChangesPoints {
  protected override changed(points: Points): Points {
    return points.filter(({ step }) => Number.isInteger(step));
  }
}

class CutsParamsInSilence extends ChangesStart {
  protected override started(started: Started): Started {
    const cut = (value: unknown) => typeof value === "string" ? value.slice(0, 500) : value;
    const params = Object.fromEntries(
      Object.entries(started.version.params).map(([name, value]) => [name, cut(value)]),
    ) as Started["version"]["params"];
    return { ...started, version: { ...started.version, params } };
  }
}

class DropsEmptyParams extends ChangesStart {
  protected override started(started: Started): Started {
    const params = Object.fromEntries(Object.entries(started.version.params).filter(([, value]) => value));
    return { ...started, version: { ...started.version, params } };
  }
}

class ParsesTheDocument extends ChangesStart {
  protected override started(started: Started): Started {
    return { ...started, versionDocument: JSON.stringify(JSON.parse(started.versionDocument)) };
  }
}

class ForgetsNotes extends ChangesStart {
  protected override started({ start: { note: _, ...start }, ...rest }: Started): Started {
    return { ...rest, start };
  }
}

class SaysAllWentWell extends ChangesEvents {
  protected override change(event: TrackerEvent): TrackerEvent {
    return event.kind === "ended" ? { ...event, state: "succeeded" } : event;
  }
}

class PrintsTwice extends MemoryTracker {
  override send(
    run: RunId,
    from: TrackerCursor,
    batch: TrackerBatch,
    options?: OperationOptions,
  ): Promise<void> {
    return super.send(run, from, { ...batch, stdout: batch.stdout + batch.stdout }, options);
  }
}

class MixesRuns extends MemoryTracker {
  #last: RunId | undefined;

  override async send(run: RunId, from: TrackerCursor, batch: TrackerBatch, options?: OperationOptions) {
    const metrics = batch.events.every(({ kind }) => kind === "metrics");
    const other = metrics && this.#last !== undefined ? this.#last : run;
    this.#last = run;
    await super.send(other, other === run ? from : await this.cursor(other), batch, options);
  }
}

class MakesRunsOfNothing extends MemoryTracker {
  override async cursor(run: RunId, options?: OperationOptions): Promise<TrackerCursor> {
    const { events, ...rest } = await super.cursor(run, options);
    return { ...rest, events: events === 0 ? 1 : events };
  }
}

class WrapsAborts extends MemoryTracker {
  override async send(run: RunId, from: TrackerCursor, batch: TrackerBatch, options?: OperationOptions) {
    try {
      await super.send(run, from, batch, options);
    } catch (cause) {
      throw cause instanceof DOMException ? new Error("send failed", { cause }) : cause;
    }
  }
}

class WorksAfterClosing extends MemoryTracker {
  override async [Symbol.asyncDispose](): Promise<void> {}
}

class FindsAnything extends MemoryTracker {
  override find(): Promise<ForeignRun> {
    return Promise.resolve({} as ForeignRun);
  }
}

class ReadsBackwards extends MemoryTracker {
  override async *points(id: string, options?: OperationOptions): AsyncGenerator<ForeignPoint> {
    yield* (await Array.fromAsync(super.points(id, options))).reverse();
  }
}

class SwallowsOutages extends MemoryTracker {
  override async send(run: RunId, from: TrackerCursor, batch: TrackerBatch, options?: OperationOptions) {
    await super.send(run, from, batch, options).catch((error) => {
      if (error.code !== "tracker_unavailable") throw error;
    });
  }
}

class TellsSecrets extends ChangesStart {
  protected override started(started: Started): Started {
    return { ...started, storage: `${started.storage}?password=${TRACKER_SECRET}` };
  }
}

/** What subjects in memory keep secret. */
export const TRACKER_SECRET = "hunter2-tracker";

/** A mutant, and the clause that must see it. */
export const TRACKER_MUTANTS: readonly (readonly [TrackerMutant, string])[] = [
  ...LOGGED_MUTANTS,
  [SendsTwice, "a batch that is sent twice is there once"],
  [TakesGaps, "a batch that leaves events out is refused"],
  [
    TakesWhatComesBehindTheEnd,
    "what comes behind the end of a run is refused, and the end itself may come again",
  ],
  [ForgetsWhereItWas, "another process goes on where the first one ended"],
  [StopsAt1000Points, "10,000 values arrive in order"],
  [DropsNaN, "NaN and the infinities come back"],
  [StopsAtNaN, "NaN and the infinities harm no other value"],
  [KeepsOneValueAStep, "two values of one metric at one step are both kept"],
  [NeedsSteps, "values without a step, with a fraction as a step, and of odd names are kept"],
  [
    CutsParamsInSilence,
    "a param that is too long to show is marked as cut, and names of any letters are taken",
  ],
  [DropsEmptyParams, "params of every JSON type are shown"],
  [ParsesTheDocument, "the version's document comes back byte for byte, however long"],
  [ForgetsNotes, "a run shows its state, commit, image, tags, note, inputs and outputs"],
  [SaysAllWentWell, "a run that ended as failed shows that it did not succeed"],
  [PrintsTwice, "what a program prints is shown whole and once"],
  [MixesRuns, "two runs that are sent at the same time do not mix"],
  [MakesRunsOfNothing, "the cursor of a run that it does not know is zero"],
  [WrapsAborts, "a call that was aborted before sends nothing, and rejects with the reason"],
  [WorksAfterClosing, "calls after it was closed are rejected as closed"],
  [FindsAnything, "an id that names no run is tracked_run_not_found or tracker_id_invalid"],
  [ReadsBackwards, "a run is found by the tracker's id, listed, and read with its values"],
  [SwallowsOutages, "a tracker that is away is tracker_unavailable, and gets the rest when it is back"],
  [TellsSecrets, "no request and no error holds a secret"],
];
