import { parseLoose } from "../../../plugins/trackers/wandb/loose_json.ts";
import { artifactFields } from "./artifact_fields.ts";
import { projectFields } from "./project_fields.ts";
import { need, type StoredRun, type World } from "./world.ts";

/** A page of a list, as Relay has it; `after` is the number of the last one. */
export function connection<Node>(
  nodes: readonly Node[],
  { first, after }: { readonly first?: number | null; readonly after?: string | null },
) {
  need(first === undefined || first === null || (first > 0 && first <= 1000), "first must be 1 to 1000");
  const from = after === undefined || after === null ? 0 : Number(after) + 1;
  need(Number.isInteger(from), "after must be a cursor of an earlier page");
  const page = nodes.slice(from, from + (first ?? 50));
  const last = from + page.length - 1;
  return {
    totalCount: nodes.length,
    edges: page.map((node, i) => ({ node, cursor: String(from + i) })),
    pageInfo: { endCursor: page.length === 0 ? null : String(last), hasNextPage: last + 1 < nodes.length },
  };
}

/** A run as GraphQL shows it. */
export function runFields(world: World, run: StoredRun) {
  const { storageId: id, name, history, log, files } = run;
  const iso = (at: number) => new Date(at).toISOString().slice(0, 19);
  const artifacts = (ids: readonly string[]) => (args: Paging) =>
    connection(
      ids.map((id) => world.artifacts.find((artifact) => artifact.id === id)!)
        .map((artifact) => artifactFields(world, artifact)),
      args,
    );
  return {
    id,
    name,
    displayName: run.displayName,
    state: run.state,
    group: run.group,
    jobType: run.jobType,
    commit: run.commit,
    tags: run.tags,
    notes: run.notes,
    description: run.description,
    config: run.config,
    summaryMetrics: run.summary,
    systemMetrics: "{}",
    createdAt: iso(run.createdAt),
    heartbeatAt: iso(run.heartbeatAt),
    historyLineCount: history.length,
    eventsLineCount: run.events.length,
    logLineCount: log.length,
    historyKeys: keysOf(history),
    historyTail: JSON.stringify(history.slice(-1)),
    eventsTail: JSON.stringify(run.events.slice(-1)),
    readOnly: false,
    stopped: run.stopped,
    projectId: 1,
    host: run.host,
    repo: run.repo,
    user: { id: "VXNlcjox", username: "ann", name: "Ann", email: "ann@example.org" },
    project: () => projectFields(run.entity, run.project),
    wandbConfig: ({ keys }: { keys?: string[] }) => {
      const config = JSON.parse(run.config || "{}")._wandb?.value ?? {};
      const chosen = Object.entries(config).filter(([key]) => keys?.includes(key) ?? true);
      return JSON.stringify(Object.fromEntries(chosen));
    },
    history: ({ minStep, maxStep, samples }: { minStep?: number; maxStep?: number; samples?: number }) => {
      const rows = history.filter((line) => {
        const step = stepOf(line);
        return step >= (minStep ?? 0) && step < (maxStep ?? Infinity);
      });
      return thinned(rows, samples ?? 500);
    },
    parquetHistory: () => ({
      parquetUrls: [],
      liveData: history.map((line) => wordsAsText(parseLoose(line))),
    }),
    events: () => run.events,
    logLines: ({ first, last, after }: Paging & { last?: number }) => {
      const lines = log.map((line, number) => ({
        number,
        line,
        level: line.startsWith("ERROR ") ? "error" : "info",
      }));
      return connection(last === undefined ? lines : lines.slice(-last), {
        first: first ?? 1000,
        after: after ?? null,
      });
    },
    files: ({ names, pattern, first, after }: Paging & { names?: string[]; pattern?: string }) => {
      const like = pattern === undefined || pattern === null ? /^/ : likePattern(pattern);
      // Asked for by name, files are there that do not exist.
      const chosen = names !== undefined && names !== null && names.length > 0
        ? names
        : [...files].filter(([name, { bytes }]) => bytes !== undefined && like.test(name)).map(([name]) =>
          name
        );
      return connection(
        chosen.map((name) => {
          const bytes = files.get(name)?.bytes;
          const url = world.downloadPath(() => files.get(name)?.bytes);
          return {
            id: btoa(`File:${id}:${name}`),
            name,
            directUrl: world.address + url,
            // With the login, unlike the other.
            url: `${world.address}/files/${run.entity}/${run.project}/${run.name}/${
              encodeURIComponent(name)
            }`,
            sizeBytes: bytes?.length ?? 0,
            updatedAt: iso(run.heartbeatAt),
            mimetype: "application/octet-stream",
          };
        }),
        { first: first ?? 50, after: after ?? null },
      );
    },
    fileCount: files.size,
    inputArtifacts: artifacts(run.used),
    outputArtifacts: artifacts(run.logged),
  };
}

interface Paging {
  readonly first?: number | null;
  readonly after?: string | null;
}

function stepOf(line: string): number {
  // Parsing each of many lines for each window takes long.
  return Number(/"_step":(\d+)/.exec(line)![1]);
}

/** Every k-th where there are more than asked for. */
function thinned(rows: readonly string[], samples: number): string[] {
  const every = Math.ceil(rows.length / samples);
  return rows.filter((_, i) => i % every === 0);
}

function keysOf(history: readonly string[]) {
  if (history.length === 0) return null;
  const names = [
    ...new Set(history.slice(0, 100).flatMap((line) => Object.keys(parseLoose(line) as object))),
  ];
  return {
    sets: [],
    keys: Object.fromEntries(names.map((name) => [name, { typeCounts: [{ type: "number", count: 1 }] }])),
    lastStep: stepOf(history.at(-1)!),
  };
}

function likePattern(pattern: string): RegExp {
  const source = [...pattern].map((letter) =>
    letter === "%" ? ".*" : letter === "_" ? "." : letter.replace(/[.*+?^${}()|[\]\\]/, "\\$&")
  );
  return new RegExp(`^${source.join("")}$`, "s");
}

/** Answers are JSON, which has no NaN. */
function wordsAsText(row: unknown): unknown {
  return Object.fromEntries(
    Object.entries(row as object).map(([name, value]) => [
      name,
      typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
    ]),
  );
}
