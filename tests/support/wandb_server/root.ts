import { artifactFields } from "./artifact_fields.ts";
import { artifactMutations } from "./artifact_mutations.ts";
import { projectFields } from "./project_fields.ts";
import { connection, runFields } from "./run_fields.ts";
import { need, type StoredRun, type World } from "./world.ts";

/** All that GraphQL asks for. */
export function root(world: World) {
  const user = {
    id: "VXNlcjox",
    entity: world.entity,
    username: "ann",
    name: "Ann",
    email: "ann@example.org",
    admin: false,
    flags: "{}",
    teams: { edges: [{ node: { id: btoa("Entity:lab"), name: world.entity } }] },
  };
  const project = ({ name, entityName }: { name: string; entityName?: string | null }) => {
    const entity = entityName ?? world.entity;
    if (!world.projects.has(`${entity}/${name}`)) return null;
    const runs = () =>
      [...world.runs.values()].filter((run) => run.entity === entity && run.project === name);
    const one = ({ name: run }: { name: string }) => {
      const found = world.run(entity, name, run);
      return found === undefined ? null : runFields(world, found);
    };
    return {
      ...projectFields(entity, name),
      run: one,
      bucket: one,
      runCount: () => runs().length,
      runs: (
        { first, after, order, filters }: {
          first?: number;
          after?: string;
          order?: string;
          filters?: string;
        },
      ) => {
        need(filters === undefined || filters === null || filters === "{}", "filters are not known here");
        need(
          ["+created_at", "-created_at", undefined, null].includes(order),
          `the order ${order} is not known here`,
        );
        const sorted = runs().sort((a, b) => a.createdAt - b.createdAt);
        if (order === "-created_at") sorted.reverse();
        return connection(sorted.map((run) => runFields(world, run)), {
          first: first ?? 50,
          after: after ?? null,
        });
      },
    };
  };
  return {
    viewer: user,
    serverInfo: { cliVersionInfo: { max_cli_version: "99.0.0" }, latestLocalVersionInfo: null, features: [] },
    project,
    model: project,
    entity: ({ name }: { name: string }) => ({ id: btoa(`Entity:${name}`), name, isTeam: true }),
    artifact: ({ id }: { id: string }) => {
      const found = world.artifacts.find((artifact) => artifact.id === id);
      return found === undefined ? null : artifactFields(world, found);
    },
    upsertBucket: ({ input }: { input: UpsertInput }) => upsert(world, input),
    createRunFiles: (
      { input }: { input: { entityName: string; projectName: string; runName: string; files: string[] } },
    ) => {
      const run = world.needRun(input.entityName, input.projectName, input.runName);
      return {
        runID: run.storageId,
        uploadHeaders: ["X-Signed:yes"],
        files: input.files.map((name) => ({
          id: btoa(`File:${run.storageId}:${name}`),
          name,
          uploadUrl: world.address +
            world.uploadPath((bytes) => run.files.set(name, { bytes, reported: false })),
        })),
      };
    },
    ...artifactMutations(world),
  };
}

type UpsertInput =
  & {
    readonly [
      name in
        | "id"
        | "name"
        | "modelName"
        | "entityName"
        | "groupName"
        | "description"
        | "displayName"
        | "notes"
        | "commit"
        | "config"
        | "host"
        | "jobProgram"
        | "jobRepo"
        | "jobType"
        | "state"
        | "summaryMetrics"
    ]?: string | null;
  }
  & {
    readonly tags?: string[] | null;
  };

function upsert(world: World, input: UpsertInput) {
  const entity = input.entityName ?? world.entity;
  const byId = [...world.runs.values()].find((run) => run.storageId === input.id);
  need(input.id === undefined || input.id === null || byId !== undefined, `no run has the id ${input.id}`);
  const project = input.modelName ?? byId?.project ?? "uncategorized";
  const name = byId?.name ?? input.name ?? crypto.randomUUID().slice(0, 8);
  need(/^[^:;,#?/'\s]([^:;,#?/']{0,126}[^:;,#?/'\s])?$/.test(name), `the run's id ${name}`);
  need(/^[^/\\#?%:]{1,128}$/.test(project), `the project's name ${project}`);
  for (const tag of input.tags ?? []) need(tag.length >= 1 && tag.length <= 64, `the tag ${tag}`);
  if (typeof input.config === "string") checkConfig(input.config);
  const known = world.run(entity, project, name);
  const now = world.tick();
  const run: StoredRun = known ?? {
    storageId: world.id("Run"),
    entity,
    project,
    name,
    createdAt: now,
    heartbeatAt: now,
    state: "running",
    displayName: name,
    config: "{}",
    summary: "{}",
    notes: null,
    description: null,
    tags: [],
    group: null,
    jobType: null,
    commit: null,
    repo: null,
    host: null,
    program: null,
    history: [],
    events: [],
    log: [],
    files: new Map(),
    used: [],
    logged: [],
    stopped: false,
  };
  world.runs.set(`${entity}/${project}/${name}`, run);
  world.projects.add(`${entity}/${project}`);
  // The SDK sends null for what it does not change.
  const take = <Key extends keyof StoredRun>(key: Key, value: StoredRun[Key] | null | undefined) => {
    if (value !== undefined && value !== null) (run as { [key in Key]: StoredRun[Key] })[key] = value;
  };
  take("displayName", input.displayName);
  take("config", input.config);
  take("summary", input.summaryMetrics);
  take("notes", input.notes);
  take("description", input.description);
  take("tags", input.tags);
  take("group", input.groupName);
  take("jobType", input.jobType);
  take("commit", input.commit);
  take("repo", input.jobRepo);
  take("host", input.host);
  take("program", input.jobProgram);
  return { bucket: runFields(world, run), inserted: known === undefined };
}

function checkConfig(text: string): void {
  const config = JSON.parse(text) as Record<string, { value?: unknown }>;
  for (const [key, wrapped] of Object.entries(config)) {
    need(
      key === "wandb_version" || (typeof wrapped === "object" && wrapped !== null && "value" in wrapped),
      `the config's ${key} has no value`,
    );
  }
  const internal = config._wandb?.value as { t?: unknown } | undefined;
  need(
    Object.keys(config).length === 0 || typeof internal?.t === "object",
    "a config without _wandb.value.t is of a run that never began",
  );
}
