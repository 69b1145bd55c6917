import { podmanEnvironment } from "../../plugins/environments/podman/mod.ts";
import type { ContainerEnvironment } from "../../core/plugin/environment.ts";
import { subjectOrSkip } from "./must_run.ts";

/** A small image with a POSIX shell that the machine has. */
export const BASE_IMAGE = Deno.env.get("AERO_TEST_IMAGE") ?? "localhost/aero-base:bookworm";

/** Asks podman, or fails with what it says. */
export async function podman(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("podman", { args, stdin: "null" }).output();
  if (!success) throw new TypeError(`podman ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).trim();
}

/** What podman can do here; `undefined` where it or the image is not there, which is told. */
export async function podmanOrSkip(): Promise<ContainerEnvironment["capabilities"] | undefined> {
  const opened = await subjectOrSkip("podman", async () => {
    await podman("image", "inspect", BASE_IMAGE);
    await using environment = await podmanEnvironment.open({
      signal: new AbortController().signal,
      now: () => new Date(),
      variable: (name) => Deno.env.get(name),
      log: () => {},
      dataDirectory: "/nonexistent",
    });
    return environment.capabilities;
  });
  return "subject" in opened ? opened.subject as ContainerEnvironment["capabilities"] : undefined;
}

/** Containers of a run, running or not. */
export async function containersOf(run: string): Promise<string[]> {
  const ids = await podman("ps", "--all", "--quiet", "--no-trunc", "--filter", `label=aero.run=${run}`);
  return ids.split("\n").filter((id) => id !== "");
}
