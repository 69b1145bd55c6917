import { run, tryRun } from "../services/shell.ts";
import { readResults, type Result } from "./results.ts";
import { suitePython } from "./python.ts";
import type { Selected } from "./selection.ts";

const FOLDER = "s3tests/functional";
const FILES = ["test_s3.py", "test_headers.py"];
/** Tests that want no bucket of another to be there. */
const ALONE = ["list_buckets_paginated"];

/** A copy of ceph/s3-tests that a person brought, ready to run. */
export class Suite {
  /** Definitions of all tests that can be chosen. */
  readonly text: string;
  readonly #directory: string;
  readonly #fileOf: ReadonlyMap<string, string>;

  private constructor(directory: string, texts: readonly string[]) {
    this.#directory = directory;
    this.text = texts.join("\n");
    this.#fileOf = new Map(
      texts.flatMap((text, i) =>
        [...text.matchAll(/^def test_(\w+)\(/gm)].map(([, name]) => [name!, FILES[i]!] as const)
      ).toReversed(),
    );
  }

  /** @param source A work tree, or a git directory whose newest commit is taken. */
  static async open(source: string, directory: string): Promise<Suite> {
    const isTree = (await tryRun(["test", "-d", `${source}/${FOLDER}`])).success;
    if (isTree) await run(["cp", "-r", `${source}/.`, directory]);
    else {
      await run(["git", "-C", source, "archive", "--format=tar", `--output=${directory}/suite.tar`, "HEAD"]);
      await run(["tar", "-x", "-f", `${directory}/suite.tar`, "-C", directory]);
    }
    const texts = FILES.map((file) => Deno.readTextFile(`${directory}/${FOLDER}/${file}`));
    return new Suite(directory, await Promise.all(texts));
  }

  /**
   * Runs tests and shows what pytest says; those that count what is there come first, one by one.
   *
   * @param configuration The suite's own configuration file, as text.
   * @param workers How many at a time.
   */
  async run(tests: readonly Selected[], configuration: string, workers: number): Promise<Result[]> {
    const alone = tests.filter(({ name }) => ALONE.includes(name));
    const others = tests.filter(({ name }) => !ALONE.includes(name));
    return [
      ...alone.length === 0 ? [] : await this.#run(alone, configuration, 1),
      ...others.length === 0 ? [] : await this.#run(others, configuration, workers),
    ];
  }

  async #run(tests: readonly Selected[], configuration: string, workers: number): Promise<Result[]> {
    const python = await suitePython();
    await Deno.writeTextFile(`${this.#directory}/run.conf`, configuration);
    const report = `${this.#directory}/report.xml`;
    const options = ["-q", "-n", `${workers}`, "--timeout=90", "--tb=line", "-p", "no:cacheprovider"];
    const names = tests.map(({ name }) => this.#nodeOf(name));
    const { HTTP_PROXY: _, http_proxy: __, AWS_CA_BUNDLE: ___, AWS_PROFILE: ____, ...env } = Deno.env
      .toObject();
    await new Deno.Command(python, {
      args: ["-m", "pytest", ...options, `--junitxml=${report}`, ...names],
      cwd: this.#directory,
      clearEnv: true,
      env: {
        ...env,
        S3TEST_CONF: `${this.#directory}/run.conf`,
        PYTHONPATH: this.#directory,
        PYTHONDONTWRITEBYTECODE: "1",
        HOME: this.#directory,
        AWS_EC2_METADATA_DISABLED: "true",
      },
      stdin: "null",
    }).spawn().status;
    return readResults(await Deno.readTextFile(report));
  }

  #nodeOf(name: string): string {
    const file = this.#fileOf.get(name.replace(/\[.*$/, ""));
    if (file === undefined) throw new Error(`this copy of the suite has no test ${name}`);
    return `${FOLDER}/${file}::test_${name}`;
  }
}
