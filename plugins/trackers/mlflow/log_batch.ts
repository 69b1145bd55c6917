import type { WireParam } from "./flatten_params.ts";
import type { MlflowClient } from "./mlflow_client.ts";
import type { WireTag } from "./run_tags.ts";
import { emptyAnswer } from "./wire.ts";
import type { WireMetric } from "./wire_metrics.ts";

/** Limits of `runs/log-batch` (MLflow's utils/validation.py); bytes with room to spare below its 1,000,000. */
const MOST = { metrics: 1000, params: 100, tags: 100, entities: 1000, bytes: 900_000 };

/** What goes into a run by `runs/log-batch`. */
export interface Logged {
  readonly params?: readonly WireParam[];
  readonly metrics?: readonly WireMetric[];
  readonly tags?: readonly WireTag[];
}

/**
 * Logs in as few requests as the limits allow; the tags are there only when all the rest is.
 *
 * Again is the same as once: params that are equal, values that are equal and tags may come twice.
 */
export async function logBatch(
  client: MlflowClient,
  runId: string,
  logged: Logged,
  what: string,
  signal?: AbortSignal,
): Promise<void> {
  const params = divide(logged.params ?? [], MOST.params);
  const metrics = divide(logged.metrics ?? [], MOST.metrics);
  const tags = divide(logged.tags ?? [], MOST.tags);
  const bodies: Logged[] = [
    ...params.map((params) => ({ params })),
    ...metrics.map((metrics) => ({ metrics })),
  ];
  for (const [i, part] of tags.entries()) {
    const last = bodies.at(-1);
    const joins = i === 0 && last?.metrics !== undefined && last.tags === undefined &&
      last.metrics.length + part.length <= MOST.entities && size(last.metrics) + size(part) <= MOST.bytes;
    if (joins) bodies[bodies.length - 1] = { ...last, tags: part };
    else bodies.push({ tags: part });
  }
  for (const body of bodies) {
    const request = {
      method: "POST",
      path: "/runs/log-batch",
      body: { run_id: runId, ...body },
      what,
      signal,
    } as const;
    await client.call(request, emptyAnswer);
  }
}

function divide<T extends WireParam | WireMetric>(items: readonly T[], most: number): T[][] {
  const parts: T[][] = [];
  let bytes = 0;
  for (const item of items) {
    const more = sizeOf(item);
    if (parts.length === 0 || parts.at(-1)!.length >= most || bytes + more > MOST.bytes) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)!.push(item);
    bytes += more;
  }
  return parts;
}

function size(items: readonly (WireParam | WireMetric)[]): number {
  return items.reduce((sum, item) => sum + sizeOf(item), 0);
}

/** Bytes in JSON, rather too many: a UTF-16 unit has at most three bytes, or six as an escape. */
function sizeOf({ key, value }: WireParam | WireMetric): number {
  return 120 + 3 * key.length + (typeof value === "string" ? bytesOf(value) : 24);
}

function bytesOf(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    bytes += code < 0x20 ? 6 : code === 0x22 || code === 0x5c ? 2 : code < 0x80 ? 1 : 3;
  }
  return bytes;
}
