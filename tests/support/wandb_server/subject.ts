import type { PluginContext } from "../../../core/plugin/context.ts";
import type { ShownRun, TrackerSubject } from "../../../core/plugin/conformance/tracker.ts";
import type { JsonValue } from "../../../core/model/json.ts";
import type { RunId } from "../../../core/model/run_id.ts";
import type { Tracker } from "../../../core/plugin/tracker.ts";
import { wandbTracker } from "../../../plugins/trackers/wandb/mod.ts";
import { readStored, WANDB_KEY, type WandbServer } from "./server.ts";

/** Opens the tracker at a test server, as its user or with the key that is given. */
export function openWandbTracker(
  server: Pick<WandbServer, "address">,
  { key = WANDB_KEY, ...changes }: { readonly key?: string; readonly log?: PluginContext["log"] } = {},
): Promise<Tracker> {
  const variables: Record<string, string> = { WANDB_API_KEY: key, HOME: "/nonexistent" };
  return wandbTracker.open({ base_url: server.address, project: "conformance" }, {
    signal: new AbortController().signal,
    now: () => new Date(),
    variable: (name) => variables[name],
    log: () => {},
    dataDirectory: "/nonexistent",
    ...changes,
  });
}

/** The tracker at a test server, shown by what the server itself has. */
export async function wandbSubject(server: WandbServer): Promise<TrackerSubject> {
  return {
    tracker: await openWandbTracker(server),
    show: (run) => Promise.resolve(showRun(server, run)),
    reopen: () => openWandbTracker(server),
    denied: () => openWandbTracker(server, { key: "f".repeat(40) }),
    outage: () => {
      server.down = true;
      return Promise.resolve({
        end: () => {
          server.down = false;
          return Promise.resolve();
        },
      });
    },
    secrets: [WANDB_KEY, btoa(`api:${WANDB_KEY}`)],
    sent: () => server.transcript,
  };
}

const STATES = { finished: "succeeded", failed: "failed", running: "running" } as const;

/** A run as the server's pages would show it. */
export function showRun({ world }: WandbServer, id: RunId): ShownRun {
  const run = world.run(undefined, "conformance", id);
  if (run === undefined) {
    return { state: "running", params: {}, points: {}, tags: [], outputs: [], inputs: [], text: "" };
  }
  const points: Record<string, { value: number }[]> = {};
  for (const line of run.history) {
    for (const [name, value] of Object.entries(readStored(line))) {
      if (!/^(_|aero\/)/.test(name)) (points[name] ??= []).push({ value: value as number });
    }
  }
  const config = readStored(run.config) as Record<string, { value: JsonValue }>;
  const collections = (ids: readonly string[]) =>
    ids.map((id) => world.artifacts.find((artifact) => artifact.id === id)!)
      .filter(({ state }) => state === "COMMITTED").map(({ collection }) => collection);
  const metadata = run.files.get("wandb-metadata.json");
  const image = metadata?.reported ? readStored(new TextDecoder().decode(metadata.bytes)).docker : undefined;
  return {
    state: STATES[run.state as keyof typeof STATES],
    params: Object.fromEntries(Object.entries(config).map(([name, { value }]) => [name, value])),
    points,
    tags: run.tags,
    ...(run.notes === null ? {} : { note: run.notes }),
    outputs: collections(run.logged),
    inputs: collections(run.used),
    text: run.log.map((line) => `${line}\n`).join(""),
    ...(run.commit === null ? {} : { commit: run.commit }),
    ...(typeof image === "string" ? { image } : {}),
  };
}
