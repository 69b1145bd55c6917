import { installPackages } from "./apt.ts";
import type { Running, Service } from "./service.ts";
import { tryRun } from "./shell.ts";

const PACKAGES = ["python3-boto3", "s3cmd", "rclone", "awscli"];

/** What other people reach object storage with, as Debian 12 has it. Debian's Python has boto3, others may not. */
export const s3Clients: Service = {
  name: "s3-clients",
  summary: "boto3, aws, s3cmd and rclone of Debian 12",
  needs: [],

  async status(): Promise<Running | undefined> {
    const versions = [
      await named("boto3", ["/usr/bin/python3", "-c", "import boto3; print(boto3.__version__)"]),
      await named("aws", ["/usr/bin/aws", "--version"]),
      await named("s3cmd", ["/usr/bin/s3cmd", "--version"]),
      await named("rclone", ["/usr/bin/rclone", "--version"]),
    ];
    if (versions.includes(undefined)) return undefined;
    return { what: versions.join(", "), variables: {} };
  },

  async up(tell) {
    const running = await this.status();
    if (running !== undefined) return running;
    await installPackages(PACKAGES, tell);
    const installed = await this.status();
    if (installed === undefined) throw new Error(`${PACKAGES.join(", ")} are installed but do not all run`);
    return installed;
  },

  // There is nothing that runs.
  down: () => Promise.resolve(),
};

/** A name and the version that stands in what a program says: "rclone 1.60.1". */
async function named(name: string, command: readonly string[]): Promise<string | undefined> {
  const { success, stdout } = await tryRun(command);
  return success ? `${name} ${/\d+(\.\d+)+/.exec(stdout)?.[0] ?? "of unknown version"}` : undefined;
}
