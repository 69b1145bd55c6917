// deno-lint-ignore-file no-console -- a script speaks on the console
/**
 * `deno task demo [--aero FILE] [--shared] [--remove]`: bike demand, from the data to a verdict, in a temporary git repository.
 *
 * Two versions of an experiment are run and compared, then the first is rerun and verified. In containers where an
 * engine and an image with Python are at hand, else on the host, and it says which. `--aero` runs a built binary in
 * place of the source tree; `--remove` leaves nothing behind. It keeps everything in a directory of its own, whatever the
 * caller's AERO_ variables say; with `--shared` where AERO_STORAGE and AERO_STORAGE_<OPTION> say, and mirrored by
 * AERO_TRACKERS. Versions and digests are the same in each.
 */
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { Aero, leftOut } from "./demo/aero.ts";
import { findEnvironment } from "./demo/find_environment.ts";
import { commitAll, createRepository } from "./demo/repository.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

const { values } = parseArgs({
  args: Deno.args,
  options: {
    aero: { type: "string" },
    shared: { type: "boolean", default: false },
    remove: { type: "boolean", default: false },
  },
});

function say(text: string) {
  console.log(`\n# ${text}`);
}

/** Copies the files of one directory; fixtures have no deeper ones. */
async function copyFiles(from: string, to: string) {
  for await (const entry of Deno.readDir(from)) {
    if (entry.isFile) await Deno.copyFile(`${from}/${entry.name}`, `${to}/${entry.name}`);
  }
}

async function replaceIn(path: string, from: RegExp, to: string) {
  const text = await Deno.readTextFile(path);
  if (!from.test(text)) throw new Error(`${path} has nothing like ${from}`);
  await Deno.writeTextFile(path, text.replace(from, to));
}

/** The newest run of a stage whose version has this commit. */
async function runOf(aero: Aero, stage: string, commit: string): Promise<string> {
  const runs = (await aero.quietly("list", "--json")).trim().split("\n").map((line) => JSON.parse(line));
  const found = runs.find((run) => run.stage === stage && String(run.commit).startsWith(commit));
  if (found === undefined) throw new Error(`aero list names no run of ${stage} at ${commit}`);
  return found.id ?? found.run;
}

async function demo(directory: string) {
  const project = `${directory}/bikes`;
  await Deno.mkdir(project);
  await copyFiles(`${ROOT}fixtures/projects/bikes`, project);
  await Deno.copyFile(`${ROOT}fixtures/data/bikes/hourly_counts.csv`, `${directory}/hourly_counts.csv`);
  const aero = await Aero.open({
    directory,
    project,
    source: ROOT,
    binary: values.aero,
    shared: values.shared,
  });
  const unused = leftOut(Deno.env.toObject(), values.shared);
  if (unused.length > 0) {
    const how = values.shared ? "" : "; with --shared it uses the storage and trackers that they name";
    say(
      `The demo keeps to itself: ${unused.join(", ")} ${unused.length === 1 ? "is" : "are"} left out${how}.`,
    );
  }

  const environment = await findEnvironment();
  say(environment.says);
  await replaceIn(`${project}/aero.yaml`, / {2}use: auto\n {2}image: .*\n/, environment.yaml);
  if (environment.use === "host") await replaceIn(`${project}/aero.yaml`, / {2}network: none\n/, "");
  await createRepository(project);
  if (environment.use !== "host") {
    say("The image's name is resolved to a digest, and kept in aero.lock.");
    await aero.run("build");
  }
  const deep = await commitAll(project, "Predict hourly bike counts", "deep");
  console.log(`A project of four stages, committed and tagged "deep": ${project}`);

  say("The data comes in once, under a name.");
  await aero.run("data", "add", "../hourly_counts.csv", "--name", "hourly_counts");

  say("First version: trees of depth 5.");
  await aero.run("run");

  say(
    `Second version: trees of depth 3. In aero.yaml, max_depth: 5 becomes 3; committed and tagged "shallow".`,
  );
  await replaceIn(`${project}/aero.yaml`, /max_depth: 5/, "max_depth: 3");
  await commitAll(project, "Try shallower trees", "shallow");
  await aero.run("run");

  say("What has been run, and what the change did.");
  await aero.run("list");
  await aero.run("diff", "deep", "shallow");

  say("The first training again: the same commit, image, data and params. Does it give the same model?");
  const train = await runOf(aero, "train", deep);
  await aero.run("rerun", train);
  await aero.run("verify", train);

  say("Done.");
  console.log(`\
Two versions of an experiment were run, compared, and the first one rerun and verified, in ${aero.seconds()} s.
Everything is in ${directory}: the project in bikes/, what aero keeps beside it${
    values.shared ? ", or where your AERO_ variables say" : ""
  }.
`);
  if (values.remove) return;
  console.log(`\
Type next:
  cd ${project}${unused.length === 0 ? "" : `\n  unset ${unused.join(" ")}`}
  export AERO_DATA_DIR=${directory}/data/aero AERO_CACHE_DIR=${directory}/cache/aero
  ${aero.name} show deep                           # all that is known of a run, here of the evaluation
  ${aero.name} metrics deep shallow                # the numbers of both evaluations
  ${aero.name} checkout deep ../deep               # its code, inputs and outputs as a directory
  ${aero.name} rerun ${train} max_depth=7 # the first training, with deeper trees
  rm -rf ${directory}         # when you are done`);
}

const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "aero-demo-" }));
let failed = false;
try {
  await demo(directory);
} catch (error) {
  failed = true;
  console.error(`\nThe demo ended early: ${(error as Error).message}`);
} finally {
  if (values.remove) await Deno.remove(directory, { recursive: true });
}
Deno.exit(failed ? 1 : 0);
