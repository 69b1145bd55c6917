import type { Bench, Row } from "./bench.ts";
import { run, time } from "./process.ts";
import { containerImage, createRepository, environmentYaml, lockImage } from "./project.ts";
import { interleave, median } from "./rounds.ts";

const METADATA = "/usr/lib/python3/dist-packages/mlflow-1.dist-info";

/** Makes an image one with MLflow, as inventories see it. */
const WITH_MLFLOW = `mkdir -p ${METADATA} && printf 'Name: mlflow\\nVersion: 1\\n' > ${METADATA}/METADATA`;

/** What aero adds to a program that does nothing. */
export const runOverheadBench: Bench = {
  name: "run-overhead",
  question:
    "How many seconds does a tracked run add to the program in its container, and `aero dev` to the bare one?",
  async run(context) {
    const { aero, quick, signal, note } = context;
    const found = await containerImage();
    const image = "image" in found ? found.image : undefined;
    if ("why" in found) note(`left out: tracked runs in containers: ${found.why}`);
    const project = `${context.directory}/project`;
    await createRepository(project, {
      "aero.yaml": `project: overhead\nstorage: { use: local }\n${
        environmentYaml(image)
      }stages:\n  nothing: { command: "true" }\n`,
    });
    const contenders: Record<string, () => Promise<number>> = {
      "the bare program": () => time(["true"], { signal }),
      "aero dev": () => aero.time(["dev"], { cwd: project, signal }),
    };
    if (image !== undefined) {
      await lockImage(context, project);
      const bare = ["podman", "run", "--rm", "--network", "none", image, "true"];
      contenders["bare podman run"] = () => time(bare, { signal });
      contenders["aero run"] = () => aero.time(["run", "--force"], { cwd: project, signal });
      const served = `${context.directory}/served`;
      await createRepository(served, {
        Dockerfile: `FROM ${image}\nRUN ${WITH_MLFLOW}\n`,
        "aero.yaml": "project: served\nstorage: { use: local }\n" +
          "environment: { use: podman, build: { dockerfile: Dockerfile } }\n" +
          'stages:\n  nothing: { command: "true" }\n',
      });
      await lockImage(context, served);
      contenders["aero run that serves an API"] = () =>
        aero.time(["run", "--force"], { cwd: served, signal });
    }
    const measured = await interleave(quick ? 2 : 11, contenders);
    if (image !== undefined) await removeImages("localhost/aero/served");
    const rows = Object.entries(measured).map(([what, seconds]): Row => ({
      what,
      value: median(seconds),
      unit: "s",
      rounds: seconds,
    }));
    const added = (what: string, base: string, atMost: number): Row[] => {
      const [long, short] = [measured[what], measured[base]];
      if (long === undefined || short === undefined) return [];
      const rounds = long.map((value, round) => value - short[round]!);
      return [{ what: `${what} adds to ${base}`, value: median(rounds), unit: "s", rounds, atMost }];
    };
    return [
      ...rows,
      ...added("aero run", "bare podman run", 0.3),
      ...added("aero run that serves an API", "bare podman run", 0.3),
      ...added("aero dev", "the bare program", 0.2),
    ];
  },
};

async function removeImages(name: string): Promise<void> {
  const { stdout } = await run(["podman", "images", "--quiet", "--filter", `reference=${name}`]);
  const ids = new Set(stdout.split("\n").filter((id) => id !== ""));
  if (ids.size > 0) await run(["podman", "image", "rm", "--force", ...ids]);
}
