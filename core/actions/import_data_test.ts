import assert from "node:assert/strict";
import { AeroError } from "../errors.ts";
import { labelName } from "../model/lineage.ts";
import { MemorySource } from "../../tests/support/memory_source.ts";
import { TestProject } from "../../tests/support/open_project.ts";
import { getArtifact } from "./get_artifact.ts";
import { importOrAdd } from "./import_or_add.ts";
import { updateData } from "./update_data.ts";

const WEATHER = { from: "mem://place/", name: "weather", copy: false, options: {} };

function weatherSource(): MemorySource {
  const source = new MemorySource();
  source.write("2011/jan.csv", "cold\n");
  source.write("2011/july.csv", "hot\n");
  return source;
}

function projectWith(source: MemorySource): TestProject {
  const project = new TestProject({ storage: "memory", dataSources: [source.plugin] });
  project.commit({
    stages: { look: { command: "wc -c ${inputs.w}/2011/jan.csv", inputs: { w: "weather" } } },
  });
  return project;
}

const keysOf = (project: TestProject, prefix: string) =>
  [...project.objects.keys()].filter((key) => key.startsWith(prefix));

function withCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof AeroError && error.code === code;
}

Deno.test("objects of a place that keeps versions are left there, and a run reads them", async () => {
  const source = weatherSource();
  await using project = projectWith(source);

  const { label, added, inPlace } = await project.use((_, app) => importOrAdd(app, WEATHER));
  const [outcome] = await project.run();

  assert.deepEqual([labelName(label), label.files, label.bytes, added, inPlace], ["v1", 2, 9, true, true]);
  assert.equal(outcome!.record.state, "succeeded");
  const contents = [...project.objects.values()].map(({ bytes }) => new TextDecoder().decode(bytes));
  assert.ok(!contents.some((text) => text.includes("cold\n")), "the bytes were copied");
});

Deno.test("an imported tree costs the storage no request a file", async () => {
  const source = new MemorySource();
  for (let i = 0; i < 50; i++) source.write(`f${i}`, `text ${i}`);
  let gets = 0;
  await using project = new TestProject({ storage: "memory", dataSources: [source.plugin] });
  project.commit({});
  await project.use((_, app) => importOrAdd(app, WEATHER));
  project.wrap = (storage) =>
    new Proxy(storage, {
      get(target, name) {
        const member = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        return (...args: unknown[]) => {
          if (name === "get" && String(args[0]).startsWith("objects/")) gets++;
          return member.apply(target, args);
        };
      },
    });

  await project.use((_, app) => getArtifact(app, "weather", project.git.beside("out"), true));

  assert.equal(Deno.readTextFileSync(project.git.beside("out/f7")), "text 7");
  assert.ok(gets < 10, `${gets} objects were asked for`);
});

Deno.test("data update makes what changed a new version, and reads nothing else", async () => {
  const source = weatherSource();
  await using project = projectWith(source);
  await project.use((_, app) => importOrAdd(app, WEATHER));
  source.reads.length = 0;
  source.write("2011/jan.csv", "colder\n");

  const first = await project.use((_, app) => Array.fromAsync(updateData(app, [], { dryRun: false })));
  const second = await project.use((_, app) => Array.fromAsync(updateData(app, [], { dryRun: false })));

  assert.deepEqual(first.map(({ state, before, label }) => [state, before, label]), [[
    "updated",
    "v1",
    "v2",
  ]]);
  assert.deepEqual(second.map(({ state, label }) => [state, label]), [["unchanged", "v2"]]);
  assert.deepEqual(source.reads, ["2011/jan.csv@2"]);
  await project.use((_, app) => getArtifact(app, "weather:v1", project.git.beside("old"), true));
  assert.equal(Deno.readTextFileSync(project.git.beside("old/2011/jan.csv")), "cold\n");
});

Deno.test("data update --dry-run says what it would do, and adds nothing", async () => {
  const source = weatherSource();
  await using project = projectWith(source);
  await project.use((_, app) => importOrAdd(app, WEATHER));
  source.write("2011/jan.csv", "colder\n");

  const told = await project.use((_, app) => Array.fromAsync(updateData(app, ["weather"], { dryRun: true })));

  assert.deepEqual(told.map(({ state, label }) => [state, label]), [["would_update", "v1"]]);
  assert.equal(keysOf(project, "artifacts/").length, 1);
});

Deno.test("a place that broke its promise is found out when its bytes are used", async () => {
  const source = weatherSource();
  await using project = projectWith(source);
  await project.use((_, app) => importOrAdd(app, WEATHER));
  source.spoil("2011/jan.csv", 1, "warm\n");

  await assert.rejects(
    project.use((_, app) => getArtifact(app, "weather", project.git.beside("out"), true)),
    withCode("object_corrupt"),
  );
});

Deno.test("an object that is gone from its place is told as the place's failure", async () => {
  const source = weatherSource();
  await using project = projectWith(source);
  await project.use((_, app) => importOrAdd(app, WEATHER));
  source.remove("2011/jan.csv");

  await assert.rejects(
    project.use((_, app) => getArtifact(app, "weather", project.git.beside("out"), true)),
    withCode("source_missing"),
  );
});

Deno.test("an object that is gone from its place is read from the storage if that has it", async () => {
  const source = weatherSource();
  await using project = projectWith(source);
  await project.use((_, app) => importOrAdd(app, WEATHER));
  await project.use((_, app) => importOrAdd(app, { ...WEATHER, copy: true }));
  source.remove("2011/jan.csv");
  source.remove("2011/july.csv");

  await project.use((_, app) => getArtifact(app, "weather:v1", project.git.beside("out"), true));

  assert.equal(Deno.readTextFileSync(project.git.beside("out/2011/jan.csv")), "cold\n");
});

Deno.test("a place that could keep versions and does not is refused, but for a copy", async () => {
  const source = weatherSource();
  source.keepsVersions = false;
  source.whyNoVersions = "the bucket keeps no versions";
  await using project = projectWith(source);

  await assert.rejects(project.use((_, app) => importOrAdd(app, WEATHER)), withCode("source_unversioned"));
  const { inPlace, label } = await project.use((_, app) => importOrAdd(app, { ...WEATHER, copy: true }));
  source.remove("2011/jan.csv");

  assert.equal(inPlace, false);
  assert.equal(label.origin.kind, "imported");
  await project.use((_, app) => getArtifact(app, "weather", project.git.beside("out"), true));
  assert.equal(Deno.readTextFileSync(project.git.beside("out/2011/jan.csv")), "cold\n");
});

for (const [path, code] of [["../evil", "path_unsafe"], ["2011", "path_doubled"]] as const) {
  Deno.test(`a place that lists ${JSON.stringify(path)} is refused`, async () => {
    const source = weatherSource();
    source.write(path, "x");
    await using project = projectWith(source);

    await assert.rejects(project.use((_, app) => importOrAdd(app, WEATHER)), withCode(code));
    assert.deepEqual(keysOf(project, "artifacts/"), []);
  });
}

Deno.test("a place without files gives no artifact", async () => {
  await using project = projectWith(new MemorySource());

  await assert.rejects(project.use((_, app) => importOrAdd(app, WEATHER)), withCode("artifact_empty"));
});

for (
  const [address, why] of [
    ["https://ada:secret@example.org/x", "password"],
    ["https://example.org/x?X-Amz-Signature=abc", "secret"],
    ["gopher://example.org/x", "http"],
    ["http//x://", "address"],
  ] as const
) {
  Deno.test(`the address ${address} is refused without repeating a secret`, async () => {
    await using project = projectWith(new MemorySource());

    await assert.rejects(
      project.use((_, app) => importOrAdd(app, { ...WEATHER, from: address })),
      (error) => {
        assert.ok(error instanceof AeroError);
        assert.equal(error.code, "address_invalid");
        const shown = JSON.stringify(error.report);
        assert.match(shown, new RegExp(why));
        assert.doesNotMatch(shown, /abc|ada:/);
        return true;
      },
    );
  });
}
