import type { RunId } from "../../../core/model/run_id.ts";
import type { Collections, RunDocument } from "./documents.ts";
import { isDuplicate } from "./failure.ts";

const MOST_WAIT_MS = 50;

/** The number that a run has or would have; `undefined` if it has none. */
export async function claimedNumber({ claims }: Collections, run: RunId): Promise<number | undefined> {
  return (await claims.findOne({ _id: run }))?.number;
}

/**
 * Gives a run a number in `runs` and its document there, unless it has that.
 *
 * Sacred's rule is "one more than the largest", tried until nobody else took it. So that two machines that send one
 * run never make two documents of it, the number is agreed on first: the claim is one document for each run of aero,
 * made once and moved on only from a number that a stranger took. Whoever inserts a run looks at the claim
 * afterwards, and takes back what it made if the claim moved on meanwhile.
 * @param makeDocument The document, as the run begins.
 */
export async function claimRun(
  at: Collections,
  run: RunId,
  makeDocument: (number: number) => RunDocument,
): Promise<number> {
  for (;;) {
    const number = await claimedNumber(at, run);
    if (number === undefined) {
      await insertIfAbsent(async () => await at.claims.insertOne({ _id: run, number: await nextNumber(at) }));
      continue;
    }
    const there = await at.runs.findOne({ _id: number }, { projection: { aero: 1 } });
    if (there?.aero?.run === run) return number;
    if (there === null) {
      if (!await insertIfAbsent(() => at.runs.insertOne(makeDocument(number)))) continue;
      if (await claimedNumber(at, run) === number) return number;
      await at.runs.deleteOne({ _id: number, "aero.run": run });
      continue;
    }
    await at.claims.updateOne({ _id: run, number }, { $set: { number: await nextNumber(at) } });
    await new Promise((resolve) => setTimeout(resolve, Math.random() * MOST_WAIT_MS));
  }
}

/** One more than the largest number. Ids of other types, which people can choose, count for nothing. */
async function nextNumber({ runs }: Collections): Promise<number> {
  const largest = await runs.findOne({ _id: { $gte: 0 } }, { sort: { _id: -1 }, projection: { _id: 1 } });
  return Math.floor(largest?._id ?? 0) + 1;
}

async function insertIfAbsent(insert: () => Promise<unknown>): Promise<boolean> {
  try {
    await insert();
    return true;
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return false;
  }
}
