// Sharing through a storage: what a second machine gets from it, and what that costs in requests.
import assert from "node:assert/strict";
import { type PullRequest, pullStored } from "../core/actions/pull_stored.ts";
import { pushWaiting } from "../core/actions/push_waiting.ts";
import { rerunRecorded } from "../core/actions/rerun_recorded.ts";
import { storeData } from "../core/actions/store_data.ts";
import { verifyRecorded } from "../core/actions/verify_recorded.ts";
import { isStorageError } from "../core/plugin/storage.ts";
import { CountingStorage } from "./support/counting_storage.ts";
import { FaultyStorage } from "./support/faulty_storage.ts";
import { homeVariables, TestProject } from "./support/open_project.ts";

const CONFIG = {
  stages: {
    train: {
      command: [
        "sh",
        "-c",
        "cat ${inputs.data}/* > ${outputs.model}/m; echo '{\"loss\":0.5}' > metrics.json",
      ],
      inputs: { data: "raw" },
      outputs: ["model"],
      metrics: "metrics.json",
    },
  },
};

/** A project with a run, and what a colleague on another machine has: the storage, an empty home, no project. */
class Shared extends TestProject {
  readonly requests: string[] = [];
  isAway = false;

  static async begin(): Promise<Shared> {
    const project = new Shared({ storage: "memory" });
    project.wrap = (storage) =>
      project.isAway
        ? new FaultyStorage(storage, [{ with: "unavailable" }])
        : new CountingStorage(storage, project.requests);
    project.commit(CONFIG);
    Deno.mkdirSync(project.git.beside("raw"));
    for (let i = 0; i < 50; i++) Deno.writeTextFileSync(`${project.git.beside("raw")}/${i}`, `row ${i}\n`);
    await project.add();
    await project.run();
    return project;
  }

  async add(env = this.env): Promise<void> {
    await using app = this.open({ env });
    await storeData(app, this.git.beside("raw"), { name: "raw" });
    await app.afterCommand(0);
  }

  /** What a colleague's commands are started with. */
  get colleague(): { readonly cwd: string; readonly env: Record<string, string> } {
    const elsewhere = this.git.beside("elsewhere");
    Deno.mkdirSync(elsewhere, { recursive: true });
    return {
      cwd: elsewhere,
      env: { ...homeVariables((name) => this.git.beside(`colleague/${name}`)), AERO_STORAGE: "memory" },
    };
  }

  async pull(request: Partial<PullRequest> = {}): Promise<Awaited<ReturnType<typeof pullStored>>> {
    await using app = this.open(this.colleague);
    return await pullStored(app, { names: [], all: false, images: false, dryRun: false, ...request });
  }
}

Deno.test("a colleague who has the storage only gets all runs, and runs one again without the storage", async () => {
  await using project = await Shared.begin();

  const names = await project.pull();
  const dry = await project.pull({ names: ["@last"], dryRun: true });
  const pulled = await project.pull({ names: ["@last"] });
  project.isAway = true;
  await using app = project.open(project.colleague);
  const verdict = await verifyRecorded(app, { run: "@last", repeat: 1 });

  assert.deepEqual([names.runs, names.artifacts, names.objects], [1, 2, 0]);
  // Two trees of 51 files, a pack of the source, and the journal.
  assert.deepEqual([dry.runs, dry.objects, dry.left], [0, 53, 0]);
  assert.deepEqual([pulled.objects, pulled.bytes], [dry.objects, dry.bytes]);
  assert.equal(verdict.verdict, "identical");
  assert.equal(await app.afterCommand(0), 3);
});

Deno.test("who pulls an artifact with images, as if it named the run that made it, is told which run that is", async () => {
  await using project = await Shared.begin();

  const { code, err } = await project.aero(["pull", "model:v1", "--images"], project.colleague);
  const plain = await project.aero(["pull", "model:v1"], project.colleague);

  assert.equal(code, 0, err());
  assert.match(err(), /warning: model:v1 is an artifact.*`aero pull [k-z]{16} --images`/);
  assert.doesNotMatch(plain.err(), /warning/);
});

Deno.test("what was pulled is not asked for again, and a file that is wrong in the cache is fetched again", async () => {
  await using project = await Shared.begin();
  await project.pull({ all: true });
  project.requests.length = 0;

  assert.equal((await project.pull({ all: true })).objects, 0);
  assert.deepEqual(project.requests.filter((request) => /^get (objects|packs|runs)/.test(request)), []);
  const tree = [...Deno.readDirSync(project.git.beside("colleague/cache/aero/trees"))]
    .map(({ name }) => project.git.beside(`colleague/cache/aero/trees/${name}/files`))
    .find((files) => [...Deno.readDirSync(files)].length === 50)!;
  Deno.chmodSync(`${tree}/7`, 0o644);
  Deno.writeTextFileSync(`${tree}/7`, "wrong\n");
  await using app = project.open(project.colleague);
  const record = await rerunRecorded(app, { run: "@last", overrides: [], artifact: [], tag: [] });

  assert.equal(record.state, "succeeded");
  assert.equal(record.outputs.model!.label, "v1", "the same bytes have the same label");
});

Deno.test("an input that is not in the cache is named when the storage is away, with the way to have it", async () => {
  await using project = await Shared.begin();
  await project.pull();
  project.isAway = true;
  await using app = project.open(project.colleague);

  await assert.rejects(
    rerunRecorded(app, { run: "@last", overrides: [], artifact: [], tag: [] }),
    (error) => isStorageError(error, "unavailable"),
  );
});

Deno.test("a pull without a storage fails, and says that it cannot be reached", async () => {
  await using project = await Shared.begin();
  project.isAway = true;

  await assert.rejects(project.pull(), (error) => {
    assert.ok(isStorageError(error, "unavailable"));
    assert.match((error as Error).message, /cannot be reached/);
    return true;
  });
});

Deno.test("pushing again what has not changed makes one request", async () => {
  await using project = await Shared.begin();
  await project.add({ ...project.env, AERO_OFFLINE: "1" });
  const push = async (names: readonly string[]) => {
    await using app = project.open();
    return await pushWaiting(app, { names, dryRun: false });
  };
  await push([]);
  project.requests.length = 0;

  const second = await push(["raw"]);

  assert.deepEqual(project.requests, ["get aero.json"]);
  assert.deepEqual([second.requests, second.objects, second.left], [1, 0, 0]);
});

Deno.test("a dry run of a push says what it would send, and sends nothing", async () => {
  await using project = await Shared.begin();
  await project.run({ force: true }, { env: { ...project.env, AERO_OFFLINE: "1" } });
  const before = project.objects.size;
  const push = async (names: readonly string[], dryRun: boolean) => {
    await using app = project.open();
    return await pushWaiting(app, { names, dryRun });
  };

  const dry = await push([], true);
  assert.equal(project.objects.size, before);
  const sent = await push([], false);

  assert.deepEqual([dry.objects, dry.bytes, dry.runs], [sent.objects, sent.bytes, sent.runs]);
  assert.ok(dry.left > 0);
  assert.equal(sent.left, 0);
});

Deno.test("a push of one run sends all of it, and nothing of the other", async () => {
  await using project = await Shared.begin();
  const env = { ...project.env, AERO_OFFLINE: "1" };
  const [one] = await project.run({ force: true }, { env });
  const [other] = await project.run({ force: true }, { env });
  await using app = project.open();

  const sent = await pushWaiting(app, { names: [one!.record.run], dryRun: false });

  assert.deepEqual(sent.runs, [one!.record.run]);
  assert.ok(sent.left > 0);
  const records = [...project.objects.keys()].filter((key) => key.endsWith("record.json"));
  assert.equal(records.some((key) => key.includes(other!.record.run)), false);
  const check = await project.use(({ services }) => Array.fromAsync(services.store.check()));
  assert.deepEqual(check, []);
});

Deno.test("5,000 small files are sent and had in requests by the pack, not by the file", async () => {
  await using project = await Shared.begin();
  const directory = project.git.beside("many");
  Deno.mkdirSync(directory);
  const row = new Uint8Array(2000);
  for (let i = 0; i < 5000; i++) {
    new DataView(row.buffer).setUint32(0, i);
    Deno.writeFileSync(`${directory}/${i}`, row);
  }
  {
    await using app = project.open({ env: { ...project.env, AERO_OFFLINE: "1" } });
    await storeData(app, directory, { name: "many" });
  }
  project.requests.length = 0;

  await using app = project.open();
  const sent = await pushWaiting(app, { names: [], dryRun: false });
  const pulled = await project.pull({ names: ["many"] });

  // At most one pack for each of four Workers, the manifest and the label.
  assert.equal(sent.objects, 5001);
  assert.ok(sent.requests <= 25, project.requests.join("\n"));
  // Ranges of 8 MB.
  assert.equal(pulled.objects, 5000);
  assert.ok(project.requests.filter((request) => request.startsWith("get packs/")).length <= 20);
  assert.ok(pulled.requests <= 45, project.requests.join("\n"));
});
