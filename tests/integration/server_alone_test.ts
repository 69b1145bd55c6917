import assert from "node:assert/strict";
import { AeroProcess, untilHolds } from "../support/aero_process.ts";
import { fixtureProject } from "../support/fixture_project.ts";
import { subjectOrSkip } from "../support/must_run.ts";
import { makeWritable } from "../support/open_project.ts";
import { BASE_IMAGE, podman, podmanOrSkip } from "../support/podman.ts";

const COUNTS = new URL("../../fixtures/data/bikes/hourly_counts.csv", import.meta.url).pathname;

/** A network of its own in which nothing can be reached but what listens on its loopback. */
class LoneNetwork implements AsyncDisposable {
  readonly #holder: Deno.ChildProcess;

  private constructor(holder: Deno.ChildProcess) {
    this.#holder = holder;
  }

  /** What starts a command in it. */
  get via(): readonly string[] {
    return ["nsenter", `--net=/proc/${this.#holder.pid}/ns/net`];
  }

  /** @throws {Error} where this user may not have networks of their own. */
  static async open(): Promise<LoneNetwork> {
    const holder = new Deno.Command("unshare", {
      args: ["--net", "sh", "-c", "ip link set lo up && echo up && exec sleep infinity"],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = holder.stdout.getReader();
    const { done } = await reader.read();
    await reader.cancel();
    if (!done) return new LoneNetwork(holder);
    await holder.status;
    throw new RangeError("`unshare --net` and `ip link set lo up` do not work here");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#holder.kill("SIGKILL");
    await this.#holder.status;
  }
}

const podmanHere = await podmanOrSkip();
const network = await subjectOrSkip("network-namespace", () => LoneNetwork.open());
Deno.test.afterAll(async () => {
  if ("subject" in network) await network.subject[Symbol.asyncDispose]();
});

Deno.test({
  name: "where nothing but the own server can be reached, an empty home pulls, lists, reruns and verifies",
  ignore: podmanHere === undefined || "skipped" in network,
  async fn() {
    if ("skipped" in network) return;
    const { via } = network.subject;
    // An image like no other, so that removing it takes it from no other test.
    await using test = fixtureProject("bikes", "build: { dockerfile: Dockerfile }", {
      "Dockerfile": `FROM ${BASE_IMAGE}\nRUN echo ${crypto.randomUUID()} > /etc/unlike-any-other\n`,
    });
    const config = Deno.readTextFileSync(`${test.root}/aero.yaml`);
    test.git.commit({
      "aero.yaml": config.replace(/^storage: .*$/m, "storage: { use: s3, profile: local }"),
    });
    const [maker, colleague] = ["maker", "colleague"].map((name) => {
      const home = test.git.beside(name);
      Deno.mkdirSync(home);
      return { HOME: home, PATH: Deno.env.get("PATH")! };
    });
    const directory = test.git.beside("served");
    const type = async (
      args: readonly string[],
      env: Record<string, string>,
      cwd: string,
      at?: readonly string[],
    ) => {
      const place = { cwd, env, ...(at === undefined ? {} : { via: at }) };
      const { code, out, err } = await AeroProcess.run(["--json", ...args], place);
      assert.equal(code, 0, `aero ${args.join(" ")}\n${err}`);
      return out.trim().split("\n").map((line) => JSON.parse(line));
    };
    /** Serves until the callback has ended. */
    const serving = async (at: readonly string[] | undefined, listen: string, use: () => Promise<void>) => {
      const args = ["storage", "up", "--listen", listen, "--data", directory];
      const place = { cwd: maker!.HOME, env: maker!, ...(at === undefined ? {} : { via: at }) };
      const server = AeroProcess.start(args, place);
      try {
        await untilHolds("it serves", () => Deno.statSync(`${directory}/server.json`).isFile);
        await use();
      } finally {
        server.kill("SIGTERM");
        const { code, err } = await server.end();
        assert.equal(code, 0, err);
      }
    };
    let image = "", train = "", endpoint = "";
    try {
      await serving(undefined, "127.0.0.1:0", async () => {
        [{ image }] = await type(["build"], maker!, test.root);
        test.git.commit();
        await type(["data", "add", COUNTS, "--name", "hourly_counts"], maker!, test.root);
        train = (await type(["run"], maker!, test.root))[2].run;
        endpoint = JSON.parse(Deno.readTextFileSync(`${directory}/server.json`)).server.url;
      });
      await podman("image", "rm", image.replace("sha256:", ""));
      makeWritable(test.git.beside("."));
      await Deno.remove(test.root, { recursive: true });
      // All that a colleague has: a config and credentials.
      Deno.mkdirSync(`${colleague!.HOME}/.config`);
      const { success } = await new Deno.Command("cp", {
        args: ["-R", `${maker!.HOME}/.config/aero`, `${colleague!.HOME}/.config/aero`],
      }).output();
      assert.ok(success);
      Deno.writeTextFileSync(
        `${colleague!.HOME}/.config/aero/config.yaml`,
        "storage: { use: s3, profile: local }\n",
        {
          append: true,
        },
      );
      const there = test.git.beside("elsewhere");
      Deno.mkdirSync(there);

      await serving(via, new URL(endpoint).host, async () => {
        const alone = (...args: string[]) => type(args, colleague!, there, via);
        const outside = await AeroProcess.run(["pull", train], { cwd: there, env: colleague! });
        assert.equal(
          outside.code,
          4,
          `the server must be reached from its own network only: ${outside.err} ${outside.out}`,
        );
        const [pulled] = await alone("pull", train, "--images");
        const listed = await alone("list");
        const [again] = await alone("rerun", train);
        const [verdict] = await alone("verify", train);

        assert.equal(pulled.runs, 4);
        assert.equal(listed.length, 4);
        assert.deepEqual([again.state, again.grade], ["succeeded", "reproducible"]);
        assert.equal(verdict.verdict, "identical");
      });
    } finally {
      await podman("image", "rm", "--force", image.replace("sha256:", "")).catch(() => {});
    }
  },
});
