/**
 * A process that adds versions of one artifact to a local storage. Arguments: the storage's directory, a directory of
 * its own, a name that makes its contents its own, and how many versions. Prints the number of each label.
 */
import { ArtifactCatalog } from "../../core/store/artifacts.ts";
import { openStore } from "../../core/store/store.ts";
import { putManifest } from "../../core/store/tree.ts";
import { LocalStorage } from "../../plugins/storages/local/local_storage.ts";

const [root, own, who, count] = Deno.args;
const signal = new AbortController().signal;
await using storage = await LocalStorage.open(root!, {
  signal,
  now: () => new Date(),
  variable: () => undefined,
  log: () => {},
  dataDirectory: own!,
});
await using store = await openStore({ storage, signal, index: `${own}/${who}.db`, scratchDirectory: own! });
const catalog = new ArtifactCatalog(store);
for (let i = 0; i < Number(count); i++) {
  const path = `${own}/${who}-${i}`;
  Deno.writeTextFileSync(path, path);
  const [file] = await store.putFiles([path]);
  const manifest = await putManifest(store, {
    entries: [{ kind: "file", path: "content" as never, executable: false, ...file! }],
  });
  const { label } = await catalog.addVersion({
    project: "bikes",
    name: "counts",
    manifest,
    files: 1,
    bytes: file!.size,
    origin: { kind: "added", by: who!, host: "desk", path },
    createdAt: Date.now(),
  });
  await Deno.stdout.write(new TextEncoder().encode(`${label.number}\n`));
}
