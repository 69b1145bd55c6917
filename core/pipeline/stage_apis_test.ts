import assert from "node:assert/strict";
import { NOTES_PACKAGE, notesApi } from "../../tests/support/notes_api.ts";
import { openMemoryStore } from "../../tests/support/memory_store.ts";
import { sampleVersion } from "../../tests/support/sample_run.ts";
import { digestOf } from "../format/digest_of.ts";
import { MEDIA_TYPE } from "../model/descriptor.ts";
import type { ContainerIdentity } from "../model/experiment_version.ts";
import { parseRunId } from "../model/run_id.ts";
import type { PluginContext } from "../plugin/context.ts";
import { writeInventory } from "./image/inventory.ts";
import { NO_SINK } from "./program_log.ts";
import { RunDirectory } from "./run_directory.ts";
import { serveStageApis } from "./stage_apis.ts";

const RUN = parseRunId("kmzyqtwvxnoprlsu");
const PYTHON = "pkg:generic/python@3.11.2";
const NOTES = `pkg:pypi/${NOTES_PACKAGE}@1`;
const CONTEXT: PluginContext = {
  signal: new AbortController().signal,
  now: () => new Date(0),
  variable: () => undefined,
  log: () => {},
  dataDirectory: "/nowhere",
};

interface Subject {
  /** Package URLs of the image's inventory; absent if there is no inventory. */
  readonly packages?: readonly string[];
  readonly environment?: Partial<ContainerIdentity>;
  readonly secrets?: readonly string[];
  /** APIs that the config asks for. */
  readonly asked?: readonly string[];
  /** Whether the inventory's bytes are lost. */
  readonly lost?: boolean;
  /** Whether the run's files cannot have a socket. */
  readonly noPlace?: boolean;
}

/** What a stage's program is served, and what was warned of. */
async function served({ packages, environment = {}, secrets = [], asked, lost, noPlace }: Subject) {
  await using test = await openMemoryStore();
  const directory = new RunDirectory(test.directory, RUN);
  if (!noPlace) directory.create([]);
  const version = sampleVersion();
  const identity = { ...version.environment as ContainerIdentity, ...environment };
  const components = (packages ?? []).map((purl) => {
    const [, ecosystem, name, version] = /^pkg:(\w+)\/(.+)@(.+)$/.exec(purl)!;
    return { ecosystem: ecosystem as "pypi", name: name!, version: version!, purl };
  });
  const bytes = writeInventory({ components, system: {}, complete: true }, identity.image, identity.platform);
  const inventory = await test.store.putBytes(bytes, MEDIA_TYPE.inventory);
  if (lost) test.objects.clear();
  const warnings: string[] = [];
  const { served: apis, withheld } = await serveStageApis(
    {
      plan: { version: { ...version, environment: identity }, id: digestOf("id"), key: digestOf("key") },
      image: { reference: "image", manifest: inventory, ...(packages === undefined ? {} : { inventory }) },
      secrets: Object.fromEntries(secrets.map((name) => [name, undefined as never])),
      loggingApis: asked,
    },
    { run: RUN, directory },
    {
      store: lost ? await test.reopen() : test.store,
      objects: { keep: () => Promise.resolve() } as never,
      programApis: { plugins: [notesApi], context: CONTEXT },
    },
    { sink: NO_SINK, warn: (text) => warnings.push(text) },
  );
  await apis?.close();
  return { apis, warnings, withheld: withheld.map(({ name }) => name) };
}

const url = async (subject: Subject) => (await served(subject)).apis?.variables.NOTES_URL;

Deno.test("an image with the library is served at a port that never varies", async () => {
  assert.equal(await url({ packages: [PYTHON, NOTES] }), "http://127.0.0.1:23760");
  assert.equal(
    await url({ packages: [PYTHON, NOTES], environment: { network: "bridge" } }),
    "http://127.0.0.1:23760",
  );
});

Deno.test("on the host's network it is any port", async () => {
  const found = await url({ packages: [NOTES], environment: { network: "host" } });

  assert.match(found!, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.notEqual(found, "http://127.0.0.1:23760");
});

Deno.test("the token stands among what only the program may know", async () => {
  const { apis } = await served({ packages: [PYTHON, NOTES] });

  assert.deepEqual(Object.keys(apis!.variables), ["NOTES_URL", "NOTES_STYLE"]);
  assert.match(apis!.secrets.NOTES_TOKEN!, /^[0-9a-f]{64}$/);
});

for (
  const [what, subject] of Object.entries<Subject & { readonly withheld?: boolean }>({
    "an image without the library": { packages: [PYTHON, "pkg:deb/aero-notes@1"], withheld: true },
    "an image without Python on its PATH": { packages: [NOTES], withheld: true },
    "an image of which there is no inventory": { withheld: true },
    "a project that asks for none": { packages: [PYTHON, NOTES], asked: [] },
    "a project with a server of its own": {
      packages: [PYTHON, NOTES],
      environment: { env: { NOTES_URL: "http://own" } },
    },
    "a project with a server that is a secret": { packages: [PYTHON, NOTES], secrets: ["NOTES_URL"] },
    "a project with a server of its own that asks for the API": {
      asked: ["notes"],
      environment: { env: { NOTES_URL: "http://own" } },
    },
  })
) {
  Deno.test(`${what} is served nothing`, async () => {
    const withheld = subject.withheld ? ["notes"] : [];
    assert.deepEqual(await served(subject), { apis: undefined, warnings: [], withheld });
  });
}

Deno.test("what the config asks for is served whatever the image holds", async () => {
  for (const odd of [{}, { packages: [] }, { packages: [NOTES], lost: true }]) {
    const { apis, warnings, withheld } = await served({ ...odd, asked: ["notes"] });

    assert.equal(apis?.variables.NOTES_URL, "http://127.0.0.1:23760");
    assert.deepEqual([warnings, withheld], [[], []]);
  }
});

Deno.test("a run whose inventory is lost, or that can have no socket, is served nothing, which is told", async () => {
  for (const odd of [{ lost: true }, { noPlace: true }]) {
    const { apis, warnings } = await served({ packages: [PYTHON, NOTES], ...odd });

    assert.equal(apis, undefined);
    assert.equal(warnings.length, 1);
  }
});
