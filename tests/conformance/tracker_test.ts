import assert from "node:assert/strict";
import { ContractBreach } from "../../core/plugin/conformance/case.ts";
import { trackerContract, type TrackerSubject } from "../../core/plugin/conformance/tracker.ts";
import { MemoryTracker, MemoryTrackerService } from "../support/memory_tracker.ts";
import { TRACKER_MUTANTS, TRACKER_SECRET } from "../support/mutant_trackers.ts";

function memorySubject(
  open = (service: MemoryTrackerService) => new MemoryTracker(service),
): TrackerSubject {
  const service = new MemoryTrackerService();
  return {
    tracker: open(service),
    show: (run) => Promise.resolve(service.show(run)),
    reopen: () => Promise.resolve(open(service)),
    denied: () => Promise.resolve(new MemoryTracker(service, { denied: true })),
    outage: () => {
      service.down = true;
      return Promise.resolve({
        end: () => {
          service.down = false;
          return Promise.resolve();
        },
      });
    },
    secrets: [TRACKER_SECRET],
    sent: () => service.sent,
  };
}

const SUBJECTS: readonly (readonly [string, () => Promise<TrackerSubject>])[] = [
  ["memory", () => Promise.resolve(memorySubject())],
];

for (const [name, open] of SUBJECTS) {
  Deno.test(`${name} meets the tracker contract`, async (t) => {
    const subject = await open();
    await using _tracker = subject.tracker;
    for (const clause of trackerContract) {
      const why = clause.skip?.(subject);
      const step = why === undefined ? clause.name : `${clause.name} (skipped: ${why})`;
      await t.step({ name: step, ignore: why !== undefined, fn: () => clause.run(subject) });
    }
  });
}

for (const [Mutant, clauseName] of TRACKER_MUTANTS) {
  Deno.test(`the tracker contract rejects ${Mutant.name}`, async () => {
    const subject = memorySubject((service) => new Mutant(service));
    const clause = trackerContract.find(({ name }) => name === clauseName);

    assert.ok(clause, `there is no clause "${clauseName}"`);
    assert.equal(clause.skip?.(subject), undefined);
    await assert.rejects(clause.run(subject), ContractBreach);
  });
}
