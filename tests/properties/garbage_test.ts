import assert from "node:assert/strict";
import fc from "fast-check";
import { AeroError } from "../../core/errors.ts";
import { MEDIA_TYPE } from "../../core/model/descriptor.ts";
import type { RelativePath } from "../../core/model/relative_path.ts";
import type { Storage } from "../../core/plugin/storage.ts";
import { ArtifactCatalog } from "../../core/store/artifacts.ts";
import { collectGarbage } from "../../core/store/collect_garbage.ts";
import type { Store } from "../../core/store/store.ts";
import { putManifest } from "../../core/store/tree.ts";
import { ClockedStores } from "../support/clocked_store.ts";
import { CutStorage } from "../support/cut_storage.ts";
import { propertyRun } from "../support/property_seed.ts";
import { ScheduledStorage } from "../support/scheduled_storage.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What writers may rely on what they were told for; see "Garbage" in FORMAT.md. */
const RELIANCE_MS = 2 * DAY_MS;

const CONTENTS = 10;

/** What one process does in a round. */
type Actor =
  | {
    readonly kind: "writer";
    readonly contents: readonly number[];
    readonly names: boolean;
    /** Turns of others between storing and naming. */
    readonly pause: number;
    readonly last: number;
  }
  | { readonly kind: "collector"; readonly times: number; readonly last: number }
  | { readonly kind: "clock"; readonly hours: number };

/** After so many calls it is killed; most are not. */
const last = fc.oneof({ arbitrary: fc.constant(1_000_000), weight: 3 }, fc.integer({ min: 1, max: 25 }));
const actor: fc.Arbitrary<Actor> = fc.oneof(
  fc.record({
    kind: fc.constant("writer" as const),
    // Few different ones, so that writers need what others left as garbage.
    contents: fc.uniqueArray(fc.integer({ min: 0, max: CONTENTS - 1 }), { minLength: 1, maxLength: 4 }),
    // Who names nothing was stopped before it came to that.
    names: fc.boolean(),
    pause: fc.constantFrom(0, 0, 10, 40),
    last,
  }),
  fc.record({ kind: fc.constant("collector" as const), times: fc.constantFrom(1, 1, 2, 3), last }),
  fc.record({ kind: fc.constant("clock" as const), hours: fc.integer({ min: 1, max: 47 }) }),
);
const round = fc.record({
  // Windows are five days; lists are retired after three.
  days: fc.constantFrom(0, 2, 4, 6, 6),
  actors: fc.array(actor, { minLength: 2, maxLength: 6 }),
});

class World extends ClockedStores {
  readonly active = new Set<number>();
  removed = 0;
  named = 0;

  /** Moves the clock on, as far as no writer then relies on what it was told for too long. */
  advance(hours: number): void {
    const limit = Math.min(...[...this.active].map((since) => since + RELIANCE_MS - 1));
    this.now = Math.max(this.now, Math.min(this.now + hours * HOUR_MS, limit));
  }
}

/** Large ones lie under their own keys. */
function contentOf(number: number): Uint8Array {
  return new Uint8Array(number % 4 === 0 ? 600_000 : 40_000 + number).fill(number + 1);
}

/** Stores some files and a manifest of them, and names it, as `data add` does. */
async function write(
  world: World,
  store: Store,
  { contents, names }: Pick<Actor & { kind: "writer" }, "contents" | "names">,
  pause: () => Promise<void> = async () => {},
): Promise<void> {
  const since = world.now;
  world.active.add(since);
  try {
    const items = contents.map((number) => ({ bytes: contentOf(number), mediaType: MEDIA_TYPE.file }));
    const stored = await store.putMany(items);
    const manifest = await putManifest(store, {
      entries: stored.map(({ digest, size }, i) => ({
        kind: "file" as const,
        path: `f${i}` as RelativePath,
        digest,
        size,
        executable: false,
      })),
    });
    if (!names) return;
    await pause();
    await new ArtifactCatalog(store).addVersion({
      project: "bikes",
      name: "counts",
      manifest,
      files: stored.length,
      bytes: 0,
      origin: { kind: "added", by: "ada", host: "desk", path: "data" },
      createdAt: 0,
    });
    world.named++;
  } finally {
    world.active.delete(since);
  }
}

async function act(world: World, actor: Actor, turn: () => Promise<void>): Promise<void> {
  if (actor.kind === "clock") {
    await turn();
    return world.advance(actor.hours);
  }
  const wrap = (storage: Storage) => new CutStorage(new ScheduledStorage(storage, turn), actor.last);
  try {
    const store = await world.open(wrap);
    if (actor.kind === "writer") {
      return await write(world, store, actor, async () => {
        for (let i = 0; i < actor.pause; i++) await turn();
      });
    }
    for (let i = 0; i < actor.times; i++) {
      for await (const { kind } of collectGarbage(store, { windowMs: 5 * DAY_MS, now: () => world.now })) {
        if (kind === "removed") world.removed++;
      }
    }
  } catch (error) {
    // Killed; or stopped since it took too long.
    if (!(error instanceof AeroError) || error.kind !== "outside") throw error;
  }
}

/** Reads everything that is named. */
async function assertWhole(world: World): Promise<void> {
  const findings = await Array.fromAsync((await world.open()).check());
  assert.deepEqual(findings.filter(({ kind }) => kind !== "key_unknown"), []);
}

Deno.test("nothing that is named is ever removed, however writers, collections and the clock go on", async () => {
  let removed = 0, named = 0;
  const rounds = fc.array(round, { minLength: 3, maxLength: 7 });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), rounds, async (scheduler, rounds) => {
      await using world = new World();
      const all = Array.from({ length: CONTENTS }, (_, i) => i);
      await write(world, await world.open(), { contents: all, names: false });
      world.now += 2 * DAY_MS;
      for (const { days, actors } of rounds) {
        world.now += days * DAY_MS;
        const turn = () => scheduler.schedule(Promise.resolve());
        await scheduler.waitFor(Promise.all(actors.map((actor) => act(world, actor, turn))));
        await assertWhole(world);
      }
      removed += world.removed;
      named += world.named;
    }),
    propertyRun(40),
  );
  // Or else it tells nothing.
  assert.ok(removed >= 60, `only ${removed} removed`);
  assert.ok(named >= 30, `only ${named} named`);
});
