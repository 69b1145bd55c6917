// What a stored pack of source can try: it may come from somebody else's storage, and whoever wrote it chose every byte.
import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import type { AeroError } from "../errors.ts";
import { checkoutTree } from "./checkout.ts";
import type { ObjectType } from "./git_object.ts";
import { hashOf } from "./object_hash.ts";
import { openSourcePacks } from "./pack.ts";
import { concatenate } from "./tree_object.ts";
import { readWholeTree } from "./tree_entries.ts";

const TYPES = { commit: 1, tree: 2, blob: 3, tag: 4 } as const;
const encode = (text: string) => new TextEncoder().encode(text);

/** A packfile that is made byte by byte, with ids of SHA-1. */
class HostilePack {
  readonly #objects: Uint8Array[] = [];

  /** Adds an object; its id. `size` is what its header says. */
  add(type: ObjectType, bytes: Uint8Array, size = bytes.length): string {
    const header = [];
    let byte = (TYPES[type] << 4) | (size & 15);
    for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
      header.push(byte | 0x80);
      byte = rest & 0x7f;
    }
    this.#objects.push(concatenate([Uint8Array.from([...header, byte]), deflateSync(bytes)]));
    return hashOf("sha1", type, bytes);
  }

  blob(text: string): string {
    return this.add("blob", encode(text));
  }

  tree(...entries: readonly (readonly [mode: string, name: string, id: string])[]): string {
    return this.add(
      "tree",
      concatenate(
        entries.flatMap(([mode, name, id]) => [encode(`${mode} ${name}\0`), Uint8Array.fromHex(id)]),
      ),
    );
  }

  bytes(count = this.#objects.length): Uint8Array {
    const head = new Uint8Array(12);
    head.set(encode("PACK"));
    new DataView(head.buffer).setUint32(4, 2);
    new DataView(head.buffer).setUint32(8, count);
    const body = concatenate([head, ...this.#objects]);
    return concatenate([body, createHash("sha1").update(body).digest()]);
  }

  open() {
    return openSourcePacks([this.bytes()]);
  }
}

/** A folder to check out to, beside one that nobody may touch. */
async function withTarget(body: (target: string, outside: string) => Promise<void>): Promise<void> {
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "aero-hostile-" }));
  try {
    Deno.mkdirSync(`${directory}/outside`);
    await body(`${directory}/target`, `${directory}/outside`);
    deepStrictEqual([...Deno.readDirSync(`${directory}/outside`)], []);
    deepStrictEqual(
      [...Deno.readDirSync(directory)].map(({ name }) => name).filter((name) => name !== "target"),
      ["outside"],
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function hasCode(...codes: string[]) {
  return (error: unknown) => {
    ok(codes.includes((error as AeroError).code), String(error));
    return true;
  };
}

for (
  const name of [
    "..",
    ".",
    "",
    "../outside/x",
    "/etc/aero-was-here",
    "a/b",
    ".git",
    ".GIT",
    ".g\u200cit",
    ".git.",
    ".git ",
    ".git::$INDEX_ALLOCATION",
    "git~1",
    "GIT~1 .",
  ]
) {
  for (const kind of ["file", "folder", "link"] as const) {
    Deno.test(`a ${kind} named ${JSON.stringify(name)} in a stored tree is refused, and nothing is written`, () =>
      withTarget(async (target) => {
        const pack = new HostilePack();
        const blob = pack.blob("../outside");
        const mode = { file: "100644", folder: "40000", link: "120000" }[kind];
        const id = kind === "folder" ? pack.tree(["100644", "x", blob]) : blob;
        const tree = pack.tree(["40000", "deep", pack.tree([mode, name, id])]);

        await rejects(checkoutTree(pack.open(), tree, target), hasCode("tree_unsafe"));
        throws(() => Deno.lstatSync(target), Deno.errors.NotFound);
      }));
  }
}

Deno.test("a link and a folder of one name are refused: nothing is written through the link", () =>
  withTarget(async (target) => {
    const pack = new HostilePack();
    const link = pack.blob("../outside");
    const folder = pack.tree(["100644", "x", pack.blob("caught")]);
    const tree = pack.tree(["120000", "a", link], ["40000", "a", folder]);

    await rejects(checkoutTree(pack.open(), tree, target), hasCode("tree_unsafe"));
  }));

Deno.test("a link to a folder outside is written as it is, and nothing goes through it", () =>
  withTarget(async (target, outside) => {
    const pack = new HostilePack();
    const tree = pack.tree(
      ["120000", "A", pack.blob(outside)],
      ["40000", "a", pack.tree(["100644", "x", pack.blob("mine")])],
      ["120000", "up", pack.blob("../outside")],
    );

    // Where case does not count, the folder is there first, and the link is refused.
    await checkoutTree(pack.open(), tree, target, { modifiedAt: 0 }).catch(hasCode("checkout_failed"));

    strictEqual(Deno.readTextFileSync(join(target, "a/x")), "mine");
  }));

for (const target of ["", "a\0b"]) {
  Deno.test(`a link to ${JSON.stringify(target)} is refused`, () =>
    withTarget(async (directory) => {
      const pack = new HostilePack();
      const tree = pack.tree(["120000", "a", pack.blob(target)]);

      await rejects(checkoutTree(pack.open(), tree, directory), hasCode("tree_unsafe"));
    }));
}

Deno.test("a tree that is in itself a thousand million times over is refused before it fills the memory", async () => {
  const pack = new HostilePack();
  let tree = pack.tree(["100644", "x", pack.blob("1")]);
  for (let level = 0; level < 9; level++) {
    const folder = tree;
    tree = pack.tree(...Array.from({ length: 10 }, (_, i) => ["40000", `d${i}`, folder] as const));
  }

  await rejects(readWholeTree(pack.open(), tree, { mostPaths: 20_000 }), hasCode("tree_unsafe"));
});

Deno.test("folders in folders past any path's length are refused, however deep", async () => {
  const pack = new HostilePack();
  let tree = pack.tree(["100644", "x", pack.blob("1")]);
  for (let level = 0; level < 5_000; level++) tree = pack.tree(["40000", "d", tree]);

  await rejects(readWholeTree(pack.open(), tree), hasCode("tree_unsafe"));
});

for (const mode of ["100644", "120000"]) {
  Deno.test(`a folder in the place of an entry of mode ${mode} is corrupt`, () =>
    withTarget(async (target) => {
      const pack = new HostilePack();
      const tree = pack.tree([mode, "a", pack.tree()]);

      await rejects(checkoutTree(pack.open(), tree, target), hasCode("git_object_corrupt"));
    }));
}

for (const mode of ["100000644", "60000", "20000", "", "140000"]) {
  Deno.test(`an entry of mode ${JSON.stringify(mode)} is corrupt`, () =>
    withTarget(async (target) => {
      const pack = new HostilePack();
      const tree = pack.tree([mode, "a", pack.blob("1")]);

      await rejects(checkoutTree(pack.open(), tree, target), hasCode("git_object_corrupt"));
    }));
}

Deno.test("setuid and other bits of a mode are not taken over", () =>
  withTarget(async (target) => {
    const pack = new HostilePack();
    const tree = pack.tree(["100777", "a", pack.blob("1")], ["100666", "b", pack.blob("2")]);

    await checkoutTree(pack.open(), tree, target);

    deepStrictEqual(["a", "b"].map((name) => Deno.lstatSync(join(target, name)).mode! & 0o7777), [
      0o755,
      0o644,
    ]);
  }));

Deno.test("an object that grows past the size it states is not decompressed further", () => {
  const pack = new HostilePack();
  pack.add("blob", new Uint8Array(50_000_000), 10);

  throws(() => pack.open(), hasCode("source_pack_corrupt"));
});

Deno.test("a pack that states more than is ever written to one is refused before it is read", () => {
  const pack = new HostilePack();
  pack.add("blob", new Uint8Array(10), 2 ** 40);

  throws(() => pack.open(), hasCode("source_pack_corrupt"));
});

Deno.test("a pack that counts more objects than it has is corrupt", () => {
  const pack = new HostilePack();
  pack.blob("1");

  throws(() => openSourcePacks([pack.bytes(4_000_000_000)]), hasCode("source_pack_corrupt"));
});

Deno.test("a commit that is a tree, or names one that is none, is refused", async () => {
  const pack = new HostilePack();
  const blob = pack.blob("1");
  const tree = pack.tree(["100644", "a", blob]);
  const commit = pack.add("commit", encode(`tree ${blob}\ncommitter a <a> 1 +0000\n\nx\n`));
  const reader = pack.open();

  await rejects(reader.readCommit(tree), hasCode("object_type_unexpected"));
  const { tree: named } = await reader.readCommit(commit);
  await rejects(readWholeTree(reader, named), hasCode("git_object_corrupt", "object_type_unexpected"));
});
