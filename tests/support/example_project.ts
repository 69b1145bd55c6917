import assert from "node:assert/strict";
import { homeVariables, makeWritable, TestProject } from "./open_project.ts";
import { BASE_IMAGE } from "./podman.ts";

const FILES = {
  ".gitignore": "/data/\n/counts.csv\n",
  "clean.sh": `sort -n "$AERO_INPUTS"/raw/* > "$AERO_OUTPUTS/cleaned/counts.csv"\n`,
  "train.sh": `set -eu
for step in 1 2 3; do echo "{\\"step\\":$step,\\"loss\\":0.$((9 - step))}" >> "$AERO_METRICS"; done
{ cat "$AERO_INPUTS/data/counts.csv"; echo "depth $1"; } > "$AERO_OUTPUTS/model/model.csv"
echo '{"rmse":38.5}' > metrics.json
echo "trained"
echo "one warning" >&2
`,
};

const STAGES = {
  clean: { command: "sh clean.sh", inputs: { raw: "hourly_counts" }, outputs: ["cleaned"] },
  train: {
    command: "sh train.sh ${params.max_depth}",
    inputs: { data: "cleaned" },
    outputs: ["model"],
    metrics: "metrics.json",
  },
};

/**
 * A project in which the examples of all commands have a meaning: it has the artifacts, stages, params, metrics and
 * aliases that they name. Its datasets are not committed, and its worktree is clean.
 *
 * @param kind `podman` keeps the environment too, and needs podman.
 */
export async function exampleProject(kind: "host" | "podman"): Promise<TestProject> {
  const project = new TestProject();
  try {
    await fill(project, kind);
    return project;
  } catch (error) {
    await project[Symbol.asyncDispose]();
    throw error;
  }
}

async function fill(project: TestProject, kind: "host" | "podman"): Promise<void> {
  const aero = async (...args: string[]) => {
    const { code, out, err } = await project.aero(args);
    assert.equal(code, 0, `aero ${args.join(" ")}\n${out()}${err()}`);
  };
  const environment = kind === "host" ? { use: "host" } : { use: "podman", image: BASE_IMAGE };
  const params = { seed: 7, "max_depth": 5, features: "lag_one_week" };
  project.commit({ project: "bikes", environment, params, stages: STAGES }, FILES);
  if (kind === "podman") {
    await aero("build");
    project.git.commit({}, "Lock the image");
  }
  project.git.write("data/raw/2011.csv", "3\n1\n2\n");
  await aero("data", "add", "data/raw", "--name", "hourly_counts");
  await aero("run");
  project.git.git("tag", "first");
  project.git.write("data/raw/2012.csv", "5\n4\n");
  project.git.write("counts.csv", "3\n1\n2\n6\n");
  await aero("data", "add", "data/raw", "--name", "hourly_counts", "-m", "2012 added");
  await aero("run");
  await aero("run", "train", "max_depth=6");
  await aero("artifact", "alias", "set", "model@best", ":v3");
}

/** A copy of an example project, for one example to do with as it likes. */
export class ExampleCopy implements Disposable {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Copies all: worktree, repository, home, storage and cache. */
  static async of(project: TestProject): Promise<ExampleCopy> {
    const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "aero-example-" }));
    const { success, stderr } = await new Deno.Command("cp", {
      args: ["-a", `${project.git.beside(".")}/.`, directory],
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return new ExampleCopy(directory);
  }

  /** A path in the copy, `project` for the worktree. */
  path(name: string): string {
    return `${this.#directory}/${name}`;
  }

  /** Variables under which aero keeps all it has in the copy. */
  get env(): Record<string, string> {
    return homeVariables((name) => this.path(name));
  }

  [Symbol.dispose](): void {
    makeWritable(this.#directory);
    Deno.removeSync(this.#directory, { recursive: true });
  }
}
