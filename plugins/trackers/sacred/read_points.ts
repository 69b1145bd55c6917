import type { ForeignPoint } from "../../../core/plugin/tracker.ts";
import type { Collections, MetricDocument } from "./documents.ts";

/** All points of a run, those of one metric in their order. One document is in memory at a time. */
export async function* readPoints({ metrics }: Collections, number: number): AsyncGenerator<ForeignPoint> {
  const heads = await metrics.find({ run_id: number }, {
    projection: { name: 1, "aero.name": 1, "aero.part": 1 },
  }).toArray();
  const nameOf = ({ aero, name }: MetricDocument) => aero?.name ?? name;
  heads.sort((a, b) => order(nameOf(a), nameOf(b)) || (a.aero?.part ?? 1) - (b.aero?.part ?? 1));
  for (const { _id } of heads) {
    const document = await metrics.findOne({ _id });
    if (document === null) continue;
    const name = nameOf(document);
    const counted = countedPlaces(document);
    for (const [i, value] of document.values.entries()) {
      const step = document.steps[i];
      const hasStep = step !== undefined && step !== null && !counted(i);
      yield {
        name,
        value: Number(value),
        ...(hasStep ? { step: Number(step) } : {}),
        at: document.timestamps[i]?.getTime() ?? 0,
      };
    }
  }
}

/** Tells which places have a step that was only counted; to be asked in rising order. */
function countedPlaces({ aero }: MetricDocument): (place: number) => boolean {
  const bounds = aero?.counted ?? [];
  let next = 0;
  return (place) => {
    while (next + 1 < bounds.length && place >= bounds[next + 1]!) next += 2;
    return next < bounds.length && place >= bounds[next]!;
  };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
