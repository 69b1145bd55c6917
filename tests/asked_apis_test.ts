import assert from "node:assert/strict";
import type { ExperimentVersion } from "../core/model/experiment_version.ts";
import type { RunRecord } from "../core/model/run.ts";
import type { StageOutcome } from "../core/pipeline/pipeline_runner.ts";
import { notesApi } from "./support/notes_api.ts";
import { TestProject } from "./support/open_project.ts";

const SEE = 'if [ -n "$NOTES_URL" ]; then echo notes; else echo nothing; fi';

Deno.test(
  "a project that asks for no API is served none, in a rerun, a shell and `aero dev` as well",
  async () => {
    await using test = new TestProject({ programApis: [notesApi] });
    const asked = { use: "host", "logging_apis": [] as string[] };
    const command = "sh see.sh";
    test.commit({
      environment: asked,
      stages: {
        none: { command },
        some: { command, environment: { logging_apis: ["notes"] } },
      },
    }, { "see.sh": SEE });
    const said = async ({ logs }: RunRecord) =>
      new TextDecoder().decode(await test.use(({ services }) => services.store.getBytes(logs.stdout!)));

    const [none, some] = (await test.run()).map(({ record }) => record);
    assert.deepEqual([await said(none!), await said(some!)], ["nothing\n", "notes\n"]);

    // What the worktree says by now is not what holds for a rerun.
    test.commit({ stages: { none: { command }, some: { command } } });
    const again = await test.aero(["--json", "rerun", none!.run]);
    assert.equal(again.code, 0, again.err());
    assert.match(again.err() + again.out(), /nothing/);
    const shell = await test.aero(["shell", "--run", none!.run, "--", "sh", "see.sh"]);
    assert.match(shell.out(), /nothing/);

    test.commit({ environment: asked, stages: { none: { command } } });
    const dev = await test.aero(["dev"]);
    assert.match(dev.err(), /nothing/);
    const { out } = await test.aero(["--json", "env", "show"]);
    assert.deepEqual(JSON.parse(out()).unservedApis, [{ name: "notes", why: "left_out" }]);
  },
);

Deno.test("which APIs are asked for changes neither stage keys nor what versions say", async () => {
  await using test = new TestProject({ programApis: [notesApi] });
  const stages = { see: { command: "sh see.sh", code: ["see.sh"] } };
  test.commit({ stages }, { "see.sh": "" });
  const first = await test.record();

  test.commit({ environment: { use: "host", logging_apis: ["notes"] }, stages });
  const [{ reused, record }] = await test.run() as [StageOutcome];
  assert.ok(reused);
  assert.equal(record.run, first.run);

  const forced = await test.record({ force: true });
  assert.equal(forced.stageKey, first.stageKey);
  const versions = await test.use(({ services }) =>
    Promise.all([first, forced].map(({ version }) => services.archive.getVersion(version)))
  );
  const [{ code: _before, ...before }, { code: _after, ...after }] = versions as [
    ExperimentVersion,
    ExperimentVersion,
  ];
  assert.deepEqual(after, before);
});
