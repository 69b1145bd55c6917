// The cap of the cache: ten times as much is used as fits, and at no moment it is passed.
import assert from "node:assert/strict";
import { getArtifact } from "../../core/actions/get_artifact.ts";
import { storeData } from "../../core/actions/store_data.ts";
import { TestProject } from "../support/open_project.ts";

const MB = 1_000_000;
const CAP_MB = Number(Deno.env.get("AERO_TEST_CACHE_MB") ?? 20);
const PART = CAP_MB * MB * 0.3;

/** Looks at a directory's size as often as it can, in a thread of its own, until it is ended. */
function watchSize(directory: string): { end(): Promise<{ most: number; looks: number }> } {
  const worker = new Worker(new URL("../support/size_watch_worker.ts", import.meta.url), { type: "module" });
  worker.postMessage({ watch: directory });
  return {
    end: () =>
      new Promise((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.postMessage("end");
      }),
  };
}

/** A dataset of large and small files, unlike any other. */
function writeData(directory: string, bytes: number): void {
  Deno.mkdirSync(directory);
  const large = crypto.getRandomValues(new Uint8Array(65_536));
  using file = Deno.openSync(`${directory}/large`, { write: true, create: true });
  for (let at = 0; at < bytes * 0.9; at += large.length) {
    large[0]!++;
    file.writeSync(large);
  }
  for (let i = 0; i < bytes * 0.1 / 10_000; i++) {
    Deno.writeFileSync(`${directory}/${i}`, crypto.getRandomValues(new Uint8Array(10_000)));
  }
}

/** Of which none is part of another, as `--only` reads them. */
function nameOf(stage: number): string {
  return `stage-${String(stage).padStart(2, "0")}`;
}

Deno.test("a cache of 20 MB through which 200 MB go never passes its cap, and no run fails", async () => {
  await using project = new TestProject({ env: { AERO_CACHE_SIZE: String(CAP_MB * MB) } });
  const count = 30;
  // Each stage reads one dataset, hands on as much, and the last one reads more than the cache holds.
  const stages = Object.fromEntries(
    Array.from({ length: count }, (_, i) => [nameOf(i), {
      command: [
        "sh",
        "-c",
        `cat \${inputs.data}/large > \${outputs.out-${i}}/copy; echo ${i} >> \${outputs.out-${i}}/copy`,
      ],
      inputs: { data: `data-${i}` },
      outputs: [`out-${i}`],
    }]),
  );
  project.commit({
    stages: {
      ...stages,
      huge: {
        command: ["sh", "-c", "wc -c < ${inputs.data}/large > ${outputs.size}/n"],
        inputs: { data: "huge" },
        outputs: ["size"],
      },
    },
  });
  const add = async (name: string, bytes: number) => {
    const directory = project.git.beside(name);
    writeData(directory, bytes);
    await using app = project.open();
    await storeData(app, directory, { name });
    Deno.removeSync(directory, { recursive: true });
  };
  for (let i = 0; i < count; i++) await add(`data-${i}`, PART);
  await add("huge", CAP_MB * MB * 1.5);
  const watch = watchSize(project.git.beside("cache/aero"));

  // Three commands at once share the cache.
  const groups = [0, 1, 2].map((group) =>
    project.run({ only: Object.keys(stages).filter((_, i) => i % 3 === group) })
  );
  const outcomes = (await Promise.all(groups)).flat();
  const again = await project.run({ only: ["huge"] });
  await using app = project.open();
  await getArtifact(app, "huge", project.git.beside("got"), false);
  const { most, looks } = await watch.end();

  assert.deepEqual([...new Set([...outcomes, ...again].map(({ record }) => record.state))], ["succeeded"]);
  assert.ok(outcomes.length >= count);
  assert.ok(looks > 20, `${looks} looks`);
  assert.ok(most <= CAP_MB * MB, `${most} bytes of ${CAP_MB * MB}`);
  assert.ok(most > CAP_MB * MB * 0.5, "the cache was used");
  assert.equal(Deno.statSync(`${project.git.beside("got")}/large`).size >= CAP_MB * MB * 1.35, true);
});
