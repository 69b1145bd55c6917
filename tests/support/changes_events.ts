import type { RunId } from "../../core/model/run_id.ts";
import type { OperationOptions } from "../../core/plugin/context.ts";
import type { TrackerBatch, TrackerCursor, TrackerEvent } from "../../core/plugin/tracker.ts";
import { MemoryTracker, type MemoryTrackerService } from "./memory_tracker.ts";

/** A tracker that breaks the contract in one way. */
export type TrackerMutant = new (service: MemoryTrackerService) => MemoryTracker;

/** Changes each event on its way. */
export abstract class ChangesEvents extends MemoryTracker {
  protected abstract change(event: TrackerEvent): TrackerEvent;

  override send(
    run: RunId,
    from: TrackerCursor,
    batch: TrackerBatch,
    options?: OperationOptions,
  ): Promise<void> {
    const events = batch.events.map((event) => this.change(event));
    return super.send(run, from, { ...batch, events }, options);
  }
}
