import type { JsonObject } from "../../../core/model/json.ts";
import type { Message } from "./message.ts";
import { nextPage, pageBounds } from "./pages.ts";
import { invalid } from "./refusal.ts";
import type { Routes, Serving } from "./serving.ts";
import { wireMetric } from "./wire.ts";

/** Most points of a page. */
const MOST = 50_000;

/** What was logged of a metric, read back. */
export const METRIC_ROUTES: Routes = { "GET metrics/get-history": history };

function history({ book }: Serving, message: Message): JsonObject {
  const run = book.run(message.text("run_id") || message.wantedText("run_uuid"));
  const key = message.wantedText("metric_key");
  const series = run.metrics.get(key);
  if (series === undefined) return { metrics: [] };
  if (series.length === undefined) {
    throw invalid(
      `Cannot read the history of metric '${key}' back: more values were logged than are held for that. ` +
        "The run has them all.",
    );
  }
  // Clients that ask for no page take one answer for all.
  const pages = message.integer("max_results") !== undefined;
  const { from, to } = pages ? pageBounds(message, MOST, MOST) : { from: 0, to: series.length };
  const points = series.slice(from, to);
  return {
    metrics: points.map((point) => wireMetric(key, point)),
    ...nextPage(to < series.length ? String(to) : undefined),
  };
}
