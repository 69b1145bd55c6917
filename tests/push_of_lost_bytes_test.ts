import assert from "node:assert/strict";
import { AeroError } from "../core/errors.ts";
import { pushWaiting } from "../core/actions/push_waiting.ts";
import { storeData } from "../core/actions/store_data.ts";
import { FaultyStorage } from "./support/faulty_storage.ts";
import { TestProject } from "./support/open_project.ts";

/** Larger than what goes into packs. */
const LARGE = new Uint8Array(3_000_000).fill(7);

/** A project whose storage can be away, with folders of data beside it. */
class Waiting extends TestProject {
  isAway = false;

  constructor(folders: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>>) {
    super({ storage: "memory" });
    this.wrap = (storage) => this.isAway ? new FaultyStorage(storage, [{ with: "unavailable" }]) : storage;
    this.commit({ stages: {} });
    for (const [folder, files] of Object.entries(folders)) {
      const path = this.git.beside(folder);
      Deno.mkdirSync(path);
      for (const [name, content] of Object.entries(files)) {
        const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
        Deno.writeFileSync(`${path}/${name}`, bytes);
      }
    }
  }

  async add(folder: string): Promise<void> {
    await using app = this.open();
    await storeData(app, this.git.beside(folder), { name: folder });
  }

  async push(): Promise<readonly string[]> {
    await using app = this.open();
    return (await pushWaiting(app, { names: [], dryRun: false })).labels;
  }

  /** Has the storage lose all that is large. */
  loseLarge(): void {
    for (const [key, { bytes }] of [...this.objects]) {
      if (bytes.length >= LARGE.length) this.objects.delete(key);
    }
  }

  get labels(): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith("artifacts/")).sort();
  }
}

/** `two` waits, and the storage has lost its large file since. */
async function whatRestsOnLostBytes(): Promise<Waiting> {
  const project = new Waiting({
    one: { large: LARGE },
    two: { large: LARGE, more: "two" },
    three: { small: "three" },
  });
  await project.add("one");
  project.isAway = true;
  await project.add("three");
  project.isAway = false;
  await project.add("two");
  project.loseLarge();
  return project;
}

Deno.test("data whose files the storage has lost while it waited gets no label", async () => {
  await using project = await whatRestsOnLostBytes();

  await assert.rejects(
    project.push(),
    (error) => error instanceof AeroError && error.code === "push_incomplete" && /"two"/.test(error.message),
  );

  assert.deepEqual(project.labels, ["artifacts/toy/one/v1.json"]);
});

Deno.test("data that could not be sent is sent once it was added again", async () => {
  await using project = await whatRestsOnLostBytes();
  await assert.rejects(project.push());

  await project.add("two");
  const labels = await project.push();

  assert.deepEqual(labels, ["three:v1", "two:v1"]);
  assert.ok([...project.objects.values()].some(({ bytes }) => bytes.length === LARGE.length));
});
