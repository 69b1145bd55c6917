import assert from "node:assert/strict";
import { MemoryTracker, MemoryTrackerService } from "../../tests/support/memory_tracker.ts";
import { parseRunId } from "../model/run_id.ts";
import type { NamedTracker } from "../plugin/named_tracker.ts";
import { MirrorBook } from "./mirror_book.ts";

const RUN = parseRunId("kmzyqtwvxnoprlsu");

function board(key: string, name = key): NamedTracker {
  return { name, use: "board", key, tracker: new MemoryTracker(new MemoryTrackerService()) };
}

async function inDirectory(body: (path: string) => void): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    body(`${directory}/trackers.db`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("what a tracker has stays known when the file is opened again, for that tracker alone", () =>
  inDirectory((path) => {
    {
      using book = new MirrorBook(path);
      book.note(board("a"), RUN, { complete: true, url: "http://a/1" });
      book.note(board("b"), RUN, { complete: false });
    }

    using book = new MirrorBook(path);

    assert.deepEqual([...book.completeAt(board("a"))], [RUN]);
    assert.deepEqual([...book.completeAt(board("b"))], []);
    assert.deepEqual(book.links(RUN), [
      { tracker: "a", url: "http://a/1", complete: true },
      { tracker: "b", complete: false },
    ]);
  }));

Deno.test("what was complete stays so, a page is not forgotten, and a new name is taken over", () =>
  inDirectory((path) => {
    using book = new MirrorBook(path);
    book.note(board("a", "old"), RUN, { complete: true, url: "http://a/1" });

    book.note(board("a", "new"), RUN, { complete: false });

    assert.deepEqual(book.links(RUN), [{ tracker: "new", url: "http://a/1", complete: true }]);
  }));

Deno.test("a tracker's own id of a run is kept, also where it has no page", () =>
  inDirectory((path) => {
    using book = new MirrorBook(path);
    book.note(board("a"), RUN, { complete: false, id: "8" });

    book.note(board("a"), RUN, { complete: true });

    assert.deepEqual(book.links(RUN), [{ tracker: "a", id: "8", complete: true }]);
  }));

Deno.test("what a tracker was told of a run is known, until more of the run comes", () =>
  inDirectory((path) => {
    using book = new MirrorBook(path);
    book.note(board("a"), RUN, { complete: true });
    book.noteRemark(board("a"), RUN, "x");
    book.noteRemark(board("a"), RUN, "y");

    assert.deepEqual([...book.remarked(board("a"))], [[RUN, "y"]]);
    assert.deepEqual([...book.remarked(board("b"))], []);

    book.note(board("a"), RUN, { complete: false });
    assert.equal(book.remarked(board("a")).size, 1);
    book.note(board("a"), RUN, { complete: true });
    assert.equal(book.remarked(board("a")).size, 0);
  }));

Deno.test("of two processes one sends a run, until it lets go, ends, or has died", () =>
  inDirectory((path) => {
    let now = 0;
    using a = new MirrorBook(path, () => now);
    {
      using b = new MirrorBook(path, () => now);
      assert.deepEqual([a.claim(RUN), b.claim(RUN), a.claim(RUN)], [true, false, true]);
      a.release(RUN);
      assert.equal(b.claim(RUN), false, "it was claimed twice");
      a.release(RUN);
      assert.deepEqual([b.claim(RUN), a.claim(RUN)], [true, false]);
      now = 30_001;
      assert.deepEqual([a.claim(RUN), b.claim(RUN)], [true, false]);
      a.release(RUN);
      assert.equal(b.claim(RUN), true);
    }
    assert.equal(a.claim(RUN), true);
  }));

Deno.test("a file that is no database is made anew", () =>
  inDirectory((path) => {
    Deno.writeTextFileSync(path, "nonsense ".repeat(1000));

    using book = new MirrorBook(path);
    book.note(board("a"), RUN, { complete: true });

    assert.equal(book.completeAt(board("a")).size, 1);
  }));
