import { openTestMongo, openTracker, type TestMongo } from "../support/sacred_subject.ts";
import { sendPoints, type SentPoints } from "./send_points.ts";
import type { Bench, Row } from "./bench.ts";
import { run } from "./process.ts";
import { interleave, median, ratios } from "./rounds.ts";

/** One value a call, at once in the database, as Sacred's observer writes what has gathered. */
const ONE_A_CALL = `
import datetime, sys, time, pymongo
metrics = pymongo.MongoClient(sys.argv[1])[sys.argv[2]].metrics
count = int(sys.argv[3])
start = time.monotonic()
for step in range(count):
    metrics.update_one({"run_id": 1, "name": "loss"}, {"$push": {
        "steps": {"$each": [step]}, "values": {"$each": [1 / (step + 1)]},
        "timestamps": {"$each": [datetime.datetime.now(datetime.timezone.utc)]}}}, upsert=True)
print("seconds", time.monotonic() - start)
`;

/** One value a call, which Sacred gathers and writes every ten seconds and at the end. */
const GATHERED = `
import sys, time
from sacred import SETTINGS, Experiment
from sacred.observers import MongoObserver
SETTINGS.CAPTURE_MODE = "no"
uri, database, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
ex = Experiment("bench", save_git_info=False, interactive=True)
ex.observers.append(MongoObserver(url=uri, db_name=database))
@ex.main
def main(_run):
    for step in range(count):
        _run.log_scalar("loss", 1 / (step + 1), step)
start = time.monotonic()
ex.run()
print("seconds", time.monotonic() - start)
`;

/** Many values for Sacred's database. */
export const sacredBench: Bench = {
  name: "sacred",
  question: "How many metric values a second reach MongoDB, beside Sacred and pymongo with one value a call?",
  async run({ quick, signal, note }) {
    const python = Deno.env.get("AERO_TEST_SACRED_PYTHON");
    if (python === undefined || Deno.env.get("AERO_TEST_MONGO_URI") === undefined) {
      note("left out: a MongoDB server and Sacred, which are not up: `deno task services up mongo sacred`");
      return [];
    }
    // Each has a database of its own: some servers look through all metrics of one for each value.
    await using ours = await openTestMongo();
    await using calls = await openTestMongo();
    await using library = await openTestMongo();
    const sent: SentPoints[] = [];
    const counts = {
      aero: quick ? 20_000 : 1_000_000,
      single: quick ? 100 : 2000,
      gathered: quick ? 2000 : 100_000,
    };
    const theirs = async ({ uri, database }: TestMongo, program: string, count: number) => {
      const args = ["-W", "ignore", "-c", program, uri, database, String(count)];
      const { stdout } = await run([python, ...args], { signal });
      return count / Number(/^seconds (\S+)$/m.exec(stdout)?.[1]);
    };
    const rates = await interleave(1, {
      aero: async () => {
        await using tracker = await openTracker(ours.uri, ours.database);
        sent.push(await sendPoints(tracker, counts.aero));
        return sent.at(-1)!.perSecond;
      },
      single: () => theirs(calls, ONE_A_CALL, counts.single),
      gathered: () => theirs(library, GATHERED, counts.gathered),
    }, { warmUp: false });
    const row = (
      what: string,
      values: readonly number[],
      unit: Row["unit"],
      bound: Partial<Row> = {},
    ): Row => ({
      what,
      value: median(values),
      unit,
      rounds: values,
      ...bound,
    });
    return [
      row(`${counts.aero} values of one run, by aero`, rates.aero, "points/s"),
      row(`pymongo, one value a call (${counts.single})`, rates.single, "points/s"),
      row(`Sacred, one value a call, gathered (${counts.gathered})`, rates.gathered, "points/s"),
      row("aero / pymongo, one value a call", ratios(rates.aero, rates.single), "×", { atLeast: 10 }),
      row("aero / Sacred, gathered", ratios(rates.aero, rates.gathered), "×"),
      row("memory that aero grew by", sent.map(({ grownMb }) => grownMb), "MB", { atMost: 250 }),
      row("of that behind the first quarter", sent.map(({ laterMb }) => laterMb), "MB", { atMost: 100 }),
    ];
  },
};
