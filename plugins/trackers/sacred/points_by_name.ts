import type { TrackerEvent } from "../../../core/plugin/tracker.ts";
import type { SentPoint } from "./metric_writer.ts";

/**
 * Points of events, by metric.
 *
 * @param first Count of the run's events before the first one.
 * @returns Names in the order of their first points; points in that of the journal.
 */
export function pointsByName(events: readonly TrackerEvent[], first: number): Map<string, SentPoint[]> {
  const all = new Map<string, SentPoint[]>();
  for (const [i, event] of events.entries()) {
    if (event.kind !== "metrics") continue;
    const within = new Map<string, number>();
    for (const { step, at, values } of event.points) {
      for (const [name, value] of Object.entries(values)) {
        const count = within.get(name) ?? 0;
        within.set(name, count + 1);
        const points = all.get(name) ?? [];
        all.set(name, points);
        points.push({ event: first + i, within: count, step, value, at });
      }
    }
  }
  return all;
}
