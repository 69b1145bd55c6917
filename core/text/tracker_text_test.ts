import assert from "node:assert/strict";
import type { TrackerSynced } from "../actions/sync_trackers.ts";
import { makeStyle } from "../cli/style.ts";
import { trackerSyncText } from "./tracker_text.ts";

const plain = makeStyle({ colour: false, now: () => new Date(0) });
const NOTHING: TrackerSynced = {
  type: "tracker-sync",
  dryRun: false,
  tracker: "lab",
  location: "here",
  runs: 0,
  had: 0,
  left: 0,
  failed: [],
  remarks: 0,
  remarksLeft: 0,
};

const SYNCS: Record<string, [Partial<TrackerSynced>, string]> = {
  "nothing to send": [{}, "lab at here has all runs"],
  "what was sent": [{ runs: 2, remarks: 1 }, "Sent 2 runs, and what was said later of 1 run to lab at here"],
  "what was there already": [{ had: 1 }, "lab at here had 1 run already"],
  "what was sent, and what was there already": [
    { runs: 1, had: 2 },
    "Sent 1 run to lab at here; it had 2 runs already",
  ],
  "what waits, and why": [
    { left: 2, remarksLeft: 1, why: "it does not answer" },
    "Sent 0 runs to lab at here\n  2 runs still wait: it does not answer\n" +
    "  what was said later of 1 run still waits: it does not answer",
  ],
  "what another process is at": [
    { runs: 1, left: 2, failed: [{ run: "a", why: "damaged" }] },
    "Sent 1 run to lab at here\n  not sent: a damaged\n" +
    "  1 run still waits: another process is sending; if it was killed, `aero sync` goes on in half a minute",
  ],
  "one reason of many runs once": [
    {
      left: 3,
      failed: [{ run: "a", why: "a web page" }, { run: "b", why: "damaged" }, {
        run: "c",
        why: "a web page",
      }],
    },
    "Sent 0 runs to lab at here\n  not sent: 2 runs: a web page\n  not sent: b damaged",
  ],
};

for (const [what, [synced, text]] of Object.entries(SYNCS)) {
  Deno.test(`a sync says ${what}`, () =>
    assert.equal(trackerSyncText({ ...NOTHING, ...synced }, plain), text));
}
