import type { JsonValue } from "../../core/model/json.ts";
import type { LoggedFacts } from "../../core/model/logged.ts";
import type { RunId } from "../../core/model/run_id.ts";
import type { OperationOptions } from "../../core/plugin/context.ts";
import type {
  LoggedEvent,
  TrackerBatch,
  TrackerCursor,
  TrackerEvent,
  TrackerRemark,
} from "../../core/plugin/tracker.ts";
import { ChangesEvents, type TrackerMutant } from "./changes_events.ts";
import { MemoryTracker, type MemoryTrackerService } from "./memory_tracker.ts";

/** Changes what a program logs on its way. */
abstract class ChangesLogged extends ChangesEvents {
  protected abstract logged(event: LoggedEvent): LoggedFacts;

  protected override change(event: TrackerEvent): TrackerEvent {
    return event.kind === "logged" ? { ...event, facts: this.logged(event) } : event;
  }
}

class ForgetsLoggedParams extends ChangesLogged {
  protected override logged({ facts: { params: _, ...facts } }: LoggedEvent): LoggedFacts {
    return facts;
  }
}

class ForgetsLoggedInputs extends ChangesLogged {
  protected override logged({ facts: { inputs: _, ...facts } }: LoggedEvent): LoggedFacts {
    return facts;
  }
}

class PutsLoggedParamsInPlaceOfOthers extends ChangesLogged {
  protected override logged({ facts }: LoggedEvent): LoggedFacts {
    return { ...facts, params: { depth: null, ...facts.params } };
  }
}

class KeepsWhatWasLoggedFirst extends ChangesLogged {
  protected override logged({ facts: { params, ...facts } }: LoggedEvent): LoggedFacts {
    return { ...facts, params: { ...params, ...(params?.batch === undefined ? {} : { batch: 32 }) } };
  }
}

class KeepsRemovedTags extends ChangesLogged {
  protected override logged({ facts }: LoggedEvent): LoggedFacts {
    const tags = Object.entries(facts.tags ?? {}).filter(([, value]) => value !== null);
    return { ...facts, tags: Object.fromEntries(tags) };
  }
}

class AddsNotes extends ChangesLogged {
  protected override logged({ facts }: LoggedEvent): LoggedFacts {
    return facts.note === undefined ? facts : { ...facts, note: `The first *word*${facts.note}` };
  }
}

class CutsLoggedParamsInSilence extends ChangesLogged {
  protected override logged({ facts }: LoggedEvent): LoggedFacts {
    const cut = (value: JsonValue) => typeof value === "string" ? value.slice(0, 500) : value;
    const params = Object.entries(facts.params ?? {}).map(([name, value]) => [name, cut(value)]);
    return { ...facts, params: Object.fromEntries(params) };
  }
}

/** Takes what it has already for new facts of another name. */
class LogsTwice extends MemoryTracker {
  override async send(run: RunId, from: TrackerCursor, batch: TrackerBatch, options?: OperationOptions) {
    await super.send(run, from, batch, options);
    const [first] = batch.events.filter(({ kind }) => kind === "logged");
    if (first?.kind !== "logged" || from.events > 0) return;
    const params = { [`batch.${(await this.cursor(run)).events}`]: 64 };
    const again: TrackerEvent = { ...first, facts: { params }, tagsBefore: {} };
    await super.send(run, await this.cursor(run), { events: [again], stdout: "", stderr: "" }, options);
  }
}

/** Changes what people say later on its way. */
abstract class ChangesRemarks extends MemoryTracker {
  protected abstract remark(remark: TrackerRemark): TrackerRemark;

  override annotate(run: RunId, remark: TrackerRemark, options?: OperationOptions): Promise<void> {
    return super.annotate(run, this.remark(remark), options);
  }
}

class ForgetsLaterTags extends ChangesRemarks {
  protected override remark(remark: TrackerRemark): TrackerRemark {
    return { ...remark, tagged: [] };
  }
}

class ForgetsLaterNotes extends ChangesRemarks {
  protected override remark({ note: _, ...remark }: TrackerRemark): TrackerRemark {
    return remark;
  }
}

class KeepsTagsTakenAway extends ChangesRemarks {
  protected override remark(remark: TrackerRemark): TrackerRemark {
    return { ...remark, untagged: [] };
  }
}

class TakesOtherTagsAway extends ChangesRemarks {
  protected override remark(remark: TrackerRemark): TrackerRemark {
    return { ...remark, untagged: [...remark.untagged, "baseline"] };
  }
}

/** As if each process had a copy of its own. */
class ForgetsRemarksWhenMoreComes extends MemoryTracker {
  readonly #runs: MemoryTrackerService;

  constructor(service: MemoryTrackerService) {
    super(service);
    this.#runs = service;
  }

  override async send(run: RunId, from: TrackerCursor, batch: TrackerBatch, options?: OperationOptions) {
    await super.send(run, from, batch, options);
    this.#runs.runs.get(run)?.remarks.splice(0);
  }
}

class TakesRemarksOnUnknownRuns extends MemoryTracker {
  override async annotate(run: RunId, remark: TrackerRemark, options?: OperationOptions): Promise<void> {
    await super.annotate(run, remark, options).catch((error) => {
      if (error.code !== "tracked_run_not_found") throw error;
    });
  }
}

/** Mutants of what programs log and people say later, and the clause that must see each. */
export const LOGGED_MUTANTS: readonly (readonly [TrackerMutant, string])[] = [
  [ForgetsLoggedParams, "what a program logs is shown beside what its run has"],
  [ForgetsLoggedInputs, "what a program logs is shown beside what its run has"],
  [PutsLoggedParamsInPlaceOfOthers, "what a program logs is shown beside what its run has"],
  [KeepsWhatWasLoggedFirst, "what a program logs later is laid over what it logged before"],
  [KeepsRemovedTags, "what a program logs later is laid over what it logged before"],
  [AddsNotes, "what a program logs later is laid over what it logged before"],
  [CutsLoggedParamsInSilence, "what a program logs may be long and much"],
  [LogsTwice, "what a program logs is there once, whoever sends it again"],
  [ForgetsLaterTags, "what people say of a run that has ended is shown, once, and changes nothing else"],
  [ForgetsLaterNotes, "what people say of a run that has ended is shown, once, and changes nothing else"],
  [KeepsTagsTakenAway, "what people say of a run that has ended is shown, once, and changes nothing else"],
  [TakesOtherTagsAway, "what people say of a run that has ended is shown, once, and changes nothing else"],
  [ForgetsRemarksWhenMoreComes, "what people say of a run that goes on stays when more comes"],
  [TakesRemarksOnUnknownRuns, "what people say of a run that it does not know makes none"],
];
