import type { BenchContext } from "./bench.ts";
import { run, succeeds } from "./process.ts";

/** Image with Python that `scripts/services.ts` makes. */
const IMAGE = "localhost/aero-base:bookworm";

/** An image that podman has and may run here, or why not. */
export async function containerImage(): Promise<{ readonly image: string } | { readonly why: string }> {
  if (!await succeeds(["podman", "image", "exists", IMAGE])) return { why: `podman has no ${IMAGE}` };
  return { image: IMAGE };
}

/** The `environment` section for an image; the host without one. */
export function environmentYaml(image: string | undefined): string {
  if (image === undefined) return "environment: { use: host }\n";
  return `environment: { use: podman, image: "${image}", network: none }\n`;
}

const AUTHOR = ["-c", "user.name=Bench", "-c", "user.email=bench@example.org"];

/** Writes files into a new git repository and commits them. */
export async function createRepository(
  directory: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  await run(["git", "init", "--quiet", "--initial-branch=main"], { cwd: directory });
  for (const [path, text] of Object.entries(files)) {
    const full = `${directory}/${path}`;
    await Deno.mkdir(full.slice(0, full.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(full, text);
  }
  await commitAll(directory);
}

/** Commits all that is not ignored. */
export async function commitAll(directory: string): Promise<void> {
  await run(["git", "add", "--all"], { cwd: directory });
  await run(["git", ...AUTHOR, "commit", "--quiet", "--message=Bench"], { cwd: directory });
}

/** Makes the image of a project that runs in containers, and commits the lock. */
export async function lockImage({ aero }: BenchContext, directory: string): Promise<void> {
  await aero.run(["build"], { cwd: directory });
  await commitAll(directory);
}
