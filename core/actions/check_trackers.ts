import type { App } from "../app.ts";
import { AeroError, isAbort, UserError } from "../errors.ts";
import { tagWord } from "../model/named_tags.ts";
import { runIdFromBytes } from "../model/run_id.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import { type ShownRun, trackerContract, type TrackerSubject } from "../plugin/conformance/tracker.ts";
import type { Tracker } from "../plugin/tracker.ts";
import { openedForContract } from "../open_trackers.ts";
import { type ClauseCounts, type ClauseOutcome, testContract } from "./test_contract.ts";
import { ADD_TRACKER, trackerNamed } from "./tracked_reference.ts";

/** Whether one thing may be done at a tracker. */
export interface TrackerRight {
  readonly type: "tracker-right";
  readonly tracker: string;
  /** Ask for a run; list runs. */
  readonly right: "ask" | "list";
  readonly outcome: "held" | "refused";
  /** Why not. */
  readonly why?: string;
  readonly fix?: readonly string[];
}

/** The sum for one tracker. */
export interface TrackerChecked extends ClauseCounts {
  readonly type: "tracker-check";
  readonly tracker: string;
  readonly location: string;
  /** Things that may not be done; no clause is run if there are any. */
  readonly refused: number;
  /** Whether the clauses were asked for. */
  readonly contract: boolean;
}

/** The project of the runs that clauses make. */
const CLAUSE_PROJECT = "conformance";

/** What to check. */
export interface CheckRequest {
  /** Names; all of the config if empty. */
  readonly trackers: readonly string[];
  /** Whether the contract is run too, which makes runs that stay. */
  readonly contract: boolean;
  /** Texts in the clauses to run; all if empty. */
  readonly only: readonly string[];
}

/**
 * Tells in words whether trackers can be used, and runs the tracker contract against them if that is asked for.
 *
 * @throws {UserError} `tracker_unknown`, `tracker_none`, `clause_unknown`, `offline`.
 */
export async function* checkTrackers(
  app: App,
  request: CheckRequest,
): AsyncGenerator<TrackerRight | ClauseOutcome | TrackerChecked> {
  const { sections } = await app.trackers();
  const names = request.trackers.length === 0 ? sections.map(({ name }) => name) : request.trackers;
  if (names.length === 0) {
    throw new UserError("tracker_none", {
      what: "Cannot check trackers",
      why: "no tracker is configured",
      fix: ADD_TRACKER,
    });
  }
  for (const name of names) yield* checkOne(app, await trackerNamed(app, name), request);
}

async function* checkOne(
  app: App,
  to: NamedTracker,
  request: CheckRequest,
): AsyncGenerator<TrackerRight | ClauseOutcome | TrackerChecked> {
  let refused = 0;
  for await (const right of rightsAt(app, to)) {
    if (right.outcome === "refused") refused++;
    yield right;
  }
  let counts: ClauseCounts = { kept: 0, broken: 0, skipped: 0 };
  if (request.contract && refused === 0) {
    await using tracker = await openedForContract(app, to);
    app.printer.note(
      `the clauses make runs at ${to.name}, with times that are made up; they stay, in the group ${
        JSON.stringify(tracker.group ?? CLAUSE_PROJECT)
      }`,
    );
    counts = yield* testContract(app, {
      contract: trackerContract,
      subject: subjectOf(app, to, tracker),
      only: request.only,
      command: "aero tracker check --contract",
    });
  }
  yield {
    type: "tracker-check",
    tracker: to.name,
    location: to.tracker.location,
    contract: request.contract,
    refused,
    ...counts,
  };
}

/** Asks for a run that nobody has, and for one that somebody may have: both change nothing. */
async function* rightsAt(app: App, { name, tracker }: NamedTracker): AsyncGenerator<TrackerRight> {
  const { signal } = app;
  const nobodys = runIdFromBytes(crypto.getRandomValues(new Uint8Array(8)));
  const steps: readonly (readonly [TrackerRight["right"], () => Promise<unknown>])[] = [
    ["ask", () => tracker.cursor(nobodys, { signal })],
    ["list", () => Array.fromAsync(tracker.list({ limit: 1 }, { signal }))],
  ];
  const told = new Set<string>();
  for (const [right, act] of steps) {
    const about = { type: "tracker-right", tracker: name, right } as const;
    try {
      await act();
      yield { ...about, outcome: "held" };
    } catch (error) {
      if (isAbort(error) || !(error instanceof AeroError)) throw error;
      // It answers; outside a project nothing may say which runs are meant.
      if (error.code === "tracked_group_not_found") continue;
      const { what, why = what, fix } = error.report;
      if (told.has(why)) continue;
      told.add(why);
      yield { ...about, outcome: "refused", why, ...(fix === undefined ? {} : { fix }) };
    }
  }
}

/** What the contract can be tried on at a service whose inside is not seen: runs are read by an opening of their own. */
function subjectOf(app: App, to: NamedTracker, tracker: Tracker): TrackerSubject {
  return {
    tracker,
    readsContractOnly: true,
    reopen: () => openedForContract(app, to),
    show: async (run): Promise<ShownRun> => {
      await using other = await openedForContract(app, to);
      for await (const found of other.list({}, { signal: app.signal })) {
        if (found.aero?.run !== run) continue;
        const points: Record<string, { step?: number; value: number }[]> = {};
        for await (const { name, step, value } of other.points(found.id, { signal: app.signal })) {
          (points[name] ??= []).push({ value, ...(step === undefined ? {} : { step }) });
        }
        const { state, params, tags, note, source, image, inputs } = found;
        return {
          state,
          params,
          points,
          // A service that knows texts only has "true" for what is said without a value.
          tags: Object.entries(tags).map(([name, value]) => tagWord(name, value === "true" ? true : value)),
          ...(note === undefined ? {} : { note }),
          outputs: [],
          inputs: inputs.map(({ name }) => name),
          text: "",
          ...(source?.commit === undefined ? {} : { commit: source.commit }),
          ...(image === undefined ? {} : { image }),
        };
      }
      return { state: "running", params: {}, points: {}, tags: [], outputs: [], inputs: [], text: "" };
    },
  };
}
