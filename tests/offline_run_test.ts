// What a tracked run promises while the storage cannot be reached: nothing is lost, and it is sent later.
import assert from "node:assert/strict";
import type { App } from "../core/app.ts";
import { runTracked } from "../core/actions/run_tracked.ts";
import { storeData } from "../core/actions/store_data.ts";
import { findRecord } from "../core/actions/run_lookups.ts";
import { EXIT } from "../core/errors.ts";
import { readRecord } from "../core/format/record_format.ts";
import type { RunServices } from "../core/pipeline/run_services.ts";
import { getManifest } from "../core/store/tree.ts";
import type { StageOutcome } from "../core/pipeline/pipeline_runner.ts";
import { sendWaiting } from "../core/pipeline/send_waiting.ts";
import { isStorageError, type Storage, type StorageKey } from "../core/plugin/storage.ts";
import { type Fault, FaultyStorage } from "./support/faulty_storage.ts";
import { TestProject } from "./support/open_project.ts";

const CONFIG = {
  stages: {
    clean: {
      command: "cp ${inputs.raw}/raw.txt ${outputs.cleaned}/c.txt",
      inputs: { raw: "raw" },
      outputs: ["cleaned"],
    },
    train: {
      command: ["sh", "-c", "cp ${inputs.data}/c.txt ${outputs.model}/m.txt; echo trained"],
      inputs: { data: "cleaned" },
      outputs: ["model"],
    },
  },
};

/** A project with one dataset, whose storage fails as `faults` says from the next command on. */
class OfflineProject extends TestProject {
  faults: readonly Fault[] = [];
  /** Calls that reached the storage, failed ones included. */
  asked: string[] = [];

  static async begin(): Promise<OfflineProject> {
    const project = new OfflineProject({ storage: "memory" });
    project.wrap = (storage: Storage) => {
      const faulty = new FaultyStorage(storage, project.faults);
      project.asked = faulty.asked;
      return faulty;
    };
    project.commit(CONFIG);
    await project.data("first");
    await project.runAll();
    // Of the runs that follow another input only is known here, and its files are in the cache.
    await project.data("second");
    await project.use(({ services }) => cached(services, "raw"));
    return project;
  }

  async data(text: string): Promise<string> {
    const directory = this.git.beside(`raw-${text}`);
    Deno.mkdirSync(directory);
    Deno.writeTextFileSync(`${directory}/raw.txt`, text);
    await using app = this.open();
    const { label } = await storeData(app, directory, { name: "raw" });
    assert.equal(await app.afterCommand(0), this.faults.length === 0 ? EXIT.ok : EXIT.lagging);
    return label.number === undefined ? "pending" : `v${label.number}`;
  }

  /** `aero run`, and the exit code of a command that ends well. */
  async runAll(
    prepare: (app: App) => void = () => {},
    offline = false,
  ): Promise<{ outcomes: StageOutcome[]; code: number; warnings: string }> {
    const env = { ...this.env, ...(offline ? { AERO_OFFLINE: "1" } : {}) };
    const app = this.open({ env });
    try {
      prepare(app);
      const outcomes = await Array.fromAsync(
        runTracked(app, { stages: [], only: [], overrides: [], force: false, draft: false, tag: [] }),
      );
      return {
        outcomes,
        code: await app.afterCommand(0),
        warnings: (app.io as unknown as { err(): string }).err(),
      };
    } finally {
      await app[Symbol.asyncDispose]();
    }
  }

  async push(): Promise<Awaited<ReturnType<typeof sendWaiting>>> {
    return await this.use((project) => sendWaiting(project.services, {}));
  }

  keys(prefix: string): StorageKey[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }
}

/** Brings the newest version of an artifact into the cache. */
async function cached({ catalog, store, trees }: RunServices, name: string): Promise<void> {
  const { manifest } = (await catalog.labels("toy", name)).at(-1)!;
  const content = await getManifest(store, manifest);
  await trees.materialize(manifest.digest, content, (items) => store.getFiles(items));
}

/** All that names something in the storage names what is there. */
async function assertWhole(project: TestProject): Promise<void> {
  const findings = await project.use((opened) => Array.fromAsync(opened.services.store.check()));
  assert.deepEqual(findings.filter((finding) => "code" in finding), []);
}

Deno.test("a run without a storage keeps all of it here, ends with exit 3, and is sent by push", async () => {
  await using project = await OfflineProject.begin();
  const before = project.keys("");
  project.faults = [{ with: "unavailable" }];

  const { outcomes, code, warnings } = await project.runAll();

  assert.deepEqual(outcomes.map(({ record }) => record.state), ["succeeded", "succeeded"]);
  assert.equal(code, EXIT.lagging);
  assert.match(warnings, /wait on this machine for memory; send them: `aero sync`/);
  assert.match(warnings, /raw:v2.* as of /);
  assert.deepEqual(project.keys(""), before, "nothing reached the storage");
  const [clean, train] = outcomes.map(({ record }) => record);
  assert.equal(clean!.outputs.cleaned!.label, undefined);
  assert.deepEqual(train!.inputs.data!.manifest, clean!.outputs.cleaned!.manifest);

  project.faults = [];
  const sent = await project.push();

  assert.deepEqual([...sent.runs].sort(), [clean!.run, train!.run].sort());
  assert.deepEqual(sent.labels.map(({ artifact, number }) => `${artifact}:v${number}`), [
    "cleaned:v2",
    "model:v2",
  ]);
  const record = project.objects.get(`runs/toy/${train!.run}/record.json` as StorageKey);
  assert.deepEqual(readRecord(record!.bytes), train);
  await assertWhole(project);
  assert.equal((await project.push()).objects, 0);
});

Deno.test("a storage that goes away while outputs are stored costs nothing", async () => {
  for (let nth = 1; nth <= 12; nth++) {
    await using project = await OfflineProject.begin();
    project.faults = [{
      on: "put",
      nth: Array.from({ length: 400 }, (_, i) => i + nth),
      with: "unavailable",
    }];

    const { outcomes, code } = await project.runAll();

    assert.deepEqual(outcomes.map(({ record }) => record.state), ["succeeded", "succeeded"], `put ${nth}`);
    if (code === EXIT.ok) break;
    assert.equal(code, EXIT.lagging);
    project.faults = [];
    await project.push();
    assert.equal(project.keys("runs/").filter((key) => key.endsWith("record.json")).length, 4, `put ${nth}`);
    assert.equal(project.keys("artifacts/toy/model/").length, 2);
    assert.deepEqual(project.keys("pending/"), []);
    await assertWhole(project);
  }
});

Deno.test("credentials that run out while the program runs cost nothing, and wrong ones are an error at once", async () => {
  await using project = await OfflineProject.begin();
  let storage: FaultyStorage | undefined;
  project.wrap = (inner) => storage = new FaultyStorage(inner);
  const watch = setInterval(() => {
    // Once the first run is on its way.
    if (Deno.statSync(`${project.root}/.aero/alive`).isDirectory && project.unrecorded().length > 0) {
      storage!.faults = [{ with: "denied" }];
    }
  }, 1);

  const { outcomes, code } = await project.runAll().finally(() => clearInterval(watch));

  assert.equal(outcomes.at(-1)!.record.state, "succeeded");
  assert.equal(code, EXIT.lagging);
  project.wrap = (inner) => new FaultyStorage(inner, [{ with: "denied" }]);
  await assert.rejects(project.runAll(), (error) => isStorageError(error, "denied"));
});

Deno.test("--offline asks the storage nothing, and later commands see what waits and what is stored as one", async () => {
  await using project = await OfflineProject.begin();

  const { outcomes, code } = await project.runAll(() => {}, true);

  assert.equal(code, EXIT.lagging);
  assert.deepEqual(project.asked.filter((call) => !call.startsWith("get aero.json")), []);
  await using app = project.open();
  const run = outcomes.at(-1)!.record;
  assert.deepEqual(await findRecord(app, run.run), run);
  const { services } = await app.openProject();
  const versions = await services.catalog.labels("toy", "model");
  assert.deepEqual(versions.slice(1).map(({ number, manifest }) => [number, manifest.digest]), [
    [undefined, run.outputs.model!.manifest.digest],
  ]);
  assert.deepEqual(
    await services.catalog.names("toy"),
    ["cleaned", "model", "raw"].map((name) => ({ project: "toy", name })),
  );
});

Deno.test("two machines that are offline never share a label", async () => {
  await using one = await OfflineProject.begin();
  const other = {
    ...one.env,
    XDG_DATA_HOME: one.git.beside("data2"),
    XDG_CACHE_HOME: one.git.beside("cache2"),
  };
  const add = async (env: Readonly<Record<string, string>>, text: string) => {
    const directory = one.git.beside(`raw-${text}`);
    Deno.mkdirSync(directory);
    Deno.writeTextFileSync(`${directory}/raw.txt`, text);
    await using app = one.open({ env: { ...env, AERO_OFFLINE: "1" } });
    return (await storeData(app, directory, { name: "raw" })).label.number;
  };
  assert.equal(await add(one.env, "mine"), undefined);
  assert.equal(await add(other, "theirs"), undefined);

  const push = (env: Readonly<Record<string, string>>) =>
    one.use((project) => sendWaiting(project.services, {}), { env });
  const sent = await Promise.all([push(one.env), push(other)]);

  assert.deepEqual(sent.flatMap(({ labels }) => labels.map(({ number }) => number)).sort(), [3, 4]);
  await assertWhole(one);
});

Deno.test("a push that is cut anywhere goes on where it stopped, and sends nothing twice", async () => {
  await using project = await OfflineProject.begin();
  await project.runAll(() => {}, true);
  let puts: string[] = [];
  for (let nth = 1;; nth++) {
    project.wrap = (storage) =>
      new FaultyStorage(storage, [{
        on: "put",
        nth: Array.from({ length: 99 }, (_, i) => i + 2),
        with: "denied",
      }]);
    const before = new Set(project.keys(""));
    let storage: FaultyStorage | undefined;
    const wrap = project.wrap;
    project.wrap = (inner) => storage = wrap(inner) as FaultyStorage;
    const done = await project.push().then(() => true, (error) => {
      assert.ok(isStorageError(error, "denied"));
      return false;
    });
    const sent = storage!.asked.filter((call) => call.startsWith("put ")).map((call) => call.slice(4));
    assert.deepEqual(sent.filter((key) => before.has(key as StorageKey) && /^(objects|packs)/.test(key)), []);
    puts = [...puts, ...sent];
    project.wrap = (inner) => inner;
    if (done) break;
    assert.ok(nth < 60, puts.join("\n"));
  }
  await assertWhole(project);
  assert.equal(project.keys("artifacts/toy/model/").length, 2);
});
