import assert from "node:assert/strict";
import { ArtifactFiles } from "./artifact_files.ts";

class Place implements AsyncDisposable {
  readonly root: string;
  readonly #outside: string;
  readonly #ending = new AbortController();
  readonly files: ArtifactFiles;

  constructor() {
    this.#outside = Deno.makeTempDirSync({ prefix: "artifact-files-" });
    this.root = `${this.#outside}/files`;
    Deno.mkdirSync(this.root);
    this.files = new ArtifactFiles(this.root, this.#ending.signal);
  }

  end(): void {
    this.#ending.abort();
  }

  /** All names below the directory around the files. */
  all(below = ""): string[] {
    return [...Deno.readDirSync(`${this.#outside}/${below}`)].flatMap(({ name, isDirectory }) =>
      isDirectory ? [`${below}${name}/`, ...this.all(`${below}${name}/`)] : [below + name]
    ).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#outside, { recursive: true });
  }
}

function body(text: string): ReadableStream<Uint8Array> {
  return new Response(text).body!;
}

async function textOf(files: ArtifactFiles, path: string): Promise<string> {
  return await new Response((await files.read(path)).body).text();
}

Deno.test("a file is written with its directories, read, replaced, listed and removed", async () => {
  await using place = new Place();
  const { files } = place;

  await files.write(() => "a/b/c.txt", body("one"));
  await files.write(() => "a/b/c.txt", body("three"));
  await files.write(() => "a/empty", null);

  assert.equal(await textOf(files, "a/b/c.txt"), "three");
  assert.deepEqual(await files.list("a"), [
    { name: "b", isDirectory: true, size: 0 },
    { name: "empty", isDirectory: false, size: 0 },
  ]);
  assert.deepEqual(await files.list("a/b"), [{ name: "c.txt", isDirectory: false, size: 5 }]);
  assert.deepEqual(await files.list("a/b/c.txt"), []);
  assert.deepEqual(await files.list("nowhere"), []);
  await files.remove("a/b/c.txt");
  assert.deepEqual(place.all(), ["files/", "files/a/", "files/a/empty"]);
  await files.remove("a");
  assert.deepEqual(place.all(), ["files/"]);
});

for (
  const path of ["", "/", "/etc/x", "..", "../x", "a/../../x", "a//b", "./a", "a/.", "a\0b", "a/", "\ud800"]
) {
  Deno.test(`no file is written, read, listed or removed at ${JSON.stringify(path)}`, async () => {
    await using place = new Place();
    Deno.writeTextFileSync(`${place.root}/a`, "");

    for (
      const attempt of [
        () => place.files.write(() => path, body("x")),
        () => place.files.read(path),
        () => place.files.list(path),
        () => place.files.remove(path),
      ]
    ) await assert.rejects(attempt, { name: "Refusal", status: 400 });
    assert.deepEqual(place.all(), ["files/", "files/a"]);
  });
}

Deno.test("no link is followed out of the files, and none is written through", async () => {
  await using place = new Place();
  Deno.mkdirSync(`${place.root}/../outside`);
  Deno.writeTextFileSync(`${place.root}/../outside/secret`, "secret");
  Deno.symlinkSync("../outside", `${place.root}/link`);
  Deno.symlinkSync("../outside/secret", `${place.root}/file`);
  Deno.symlinkSync("../outside/new", `${place.root}/dangling`);

  await assert.rejects(place.files.write(() => "link/x", body("x")), { status: 400 });
  await assert.rejects(place.files.read("link/secret"), { status: 404 });
  await assert.rejects(place.files.read("file"), { status: 404 });
  await assert.rejects(place.files.remove("link/secret"), { status: 404 });
  assert.deepEqual(await place.files.list("link"), []);
  await place.files.write(() => "file", body("own"));
  await place.files.write(() => "dangling", body("own"));
  assert.equal(Deno.readTextFileSync(`${place.root}/../outside/secret`), "secret");
  assert.deepEqual(place.all().filter((name) => name.startsWith("outside")), ["outside/", "outside/secret"]);
  await place.files.remove("link");
  assert.deepEqual(place.all().filter((name) => name.startsWith("outside")), ["outside/", "outside/secret"]);
});

Deno.test("a file that breaks off leaves nothing, and what was there before", async () => {
  await using place = new Place();
  await place.files.write(() => "a/old", body("old"));
  const broken = () =>
    new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode("new")),
      pull: (controller) => controller.error(new TypeError("gone")),
    });

  await assert.rejects(place.files.write(() => "a/old", broken()), { errorCode: "BAD_REQUEST" });
  await assert.rejects(place.files.write(() => "b/c/new", broken()), { errorCode: "BAD_REQUEST" });

  assert.equal(await textOf(place.files, "a/old"), "old");
  assert.deepEqual(place.all(), ["files/", "files/a/", "files/a/old"]);
});

Deno.test("nobody sees a file before it is whole, and an end leaves nothing of it", async () => {
  await using place = new Place();
  const begun = Promise.withResolvers<void>();
  const endless = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("part")),
    pull: () => {
      begun.resolve();
      return new Promise(() => {});
    },
  });

  const writing = place.files.write(() => "a/b", endless);
  await begun.promise;
  assert.equal(await place.files.stat("a/b"), undefined);
  place.end();

  await assert.rejects(writing, { errorCode: "BAD_REQUEST" });
  assert.deepEqual(place.all(), ["files/"]);
});

Deno.test("a file does not take the place of a directory, nor a directory that of a file", async () => {
  await using place = new Place();
  await place.files.write(() => "a/b", body("b"));

  await assert.rejects(place.files.write(() => "a", body("x")), { status: 400 });
  await assert.rejects(place.files.write(() => "a/b/c/d", body("x")), { status: 400 });
  await assert.rejects(place.files.write(() => `new/${"x".repeat(300)}`, body("x")), { status: 400 });
  await assert.rejects(place.files.read("a"), { status: 404 });

  assert.deepEqual(place.all(), ["files/", "files/a/", "files/a/b"]);
});

Deno.test("files that come at the same time are all there, and nothing else", async () => {
  await using place = new Place();
  const names = Array.from({ length: 50 }, (_, i) => `d${i % 5}/f${i}`);

  await Promise.all(names.map((name) => place.files.write(() => name, body(name))));

  assert.deepEqual(
    place.all().filter((name) => !name.endsWith("/")),
    names.map((name) => `files/${name}`).sort(),
  );
  assert.equal(await textOf(place.files, "d3/f43"), "d3/f43");
});

Deno.test("two directories are swapped, also if one is not there", async () => {
  await using place = new Place();
  await place.files.write(() => "a/one", body("1"));
  await place.files.write(() => "b/two", body("2"));

  place.files.swap("a", "b");
  assert.deepEqual(place.all(), ["files/", "files/a/", "files/a/two", "files/b/", "files/b/one"]);
  place.files.swap("a", "none");
  place.files.swap("gone", "a");
  assert.deepEqual(place.all(), ["files/", "files/b/", "files/b/one", "files/none/", "files/none/two"]);
});

Deno.test("a disk that does not take a file is told without asking for it again", async () => {
  await using place = new Place();
  const away = new ArtifactFiles(`${place.root}/a-file`, new AbortController().signal);
  Deno.writeTextFileSync(`${place.root}/a-file`, "");

  await assert.rejects(away.write(() => "x", body("x")), { status: 507, errorCode: "INTERNAL_ERROR" });
});
