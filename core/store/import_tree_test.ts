import assert from "node:assert/strict";
import { digestOf } from "../format/digest_of.ts";
import { parseRelativePath } from "../model/relative_path.ts";
import type { DataSource } from "../plugin/data_source.ts";
import { digestInPlace, type ListedFile } from "./import_tree.ts";

const OPTIONS = { signal: new AbortController().signal };
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A place with one object, whose version keeps its name. */
function placeWith(text: string): { readonly source: DataSource; readonly reads: string[] } {
  const reads: string[] = [];
  const source: DataSource = {
    keepsVersions: true,
    options: {},
    list: () => (async function* () {})(),
    open: ({ url }) => {
      reads.push(url);
      return Promise.resolve(new Blob([text]).stream());
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return { source, reads };
}

function listed(etag: string, size: number): ListedFile {
  return { path: parseRelativePath("a"), url: "mem://place/a", version: "null", etag, size };
}

Deno.test("digestInPlace() reads a version again whose etag or size is another", async () => {
  const old = placeWith("cold"), replaced = placeWith("warm");
  const before = await digestInPlace(old.source, [listed('"1"', 4)], [], OPTIONS);

  const after = await digestInPlace(replaced.source, [listed('"2"', 4)], before, OPTIONS);
  const longer = placeWith("hotter");
  const grown = await digestInPlace(longer.source, [listed('"1"', 6)], before, OPTIONS);

  assert.deepEqual([after[0]!.digest, after[0]!.etag], [digestOf(bytesOf("warm")), '"2"']);
  assert.deepEqual([grown[0]!.digest, grown[0]!.size], [digestOf(bytesOf("hotter")), 6]);
});

Deno.test("digestInPlace() does not read a version again that is the same", async () => {
  const { source, reads } = placeWith("cold");
  const before = await digestInPlace(source, [listed('"1"', 4)], [], OPTIONS);

  const after = await digestInPlace(source, [listed('"1"', 4)], before, OPTIONS);

  assert.deepEqual([after, reads.length], [before, 1]);
});
