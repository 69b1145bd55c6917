/** Where the demo can run its stages. */
export interface DemoEnvironment {
  readonly use: "podman" | "docker" | "host";
  /** For the reader of the demo. */
  readonly says: string;
  /** Lines that begin the `environment` of aero.yaml. */
  readonly yaml: string;
}

const ENGINES = ["podman", "docker"] as const;

/** Images with `python3`, best first. */
const IMAGES = [
  "localhost/aero-base:bookworm",
  "docker.io/library/python:3.13-slim",
  "docker.io/library/python:3.12-slim",
  "docker.io/library/python:3.11-slim",
];

async function succeeds(program: string, ...args: string[]): Promise<boolean> {
  try {
    const command = new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" });
    return (await command.output()).success;
  } catch {
    return false;
  }
}

/** The first engine that has an image with Python; nothing is pulled. The host where there is none. */
export async function findEnvironment(): Promise<DemoEnvironment> {
  for (const use of ENGINES) {
    for (const image of IMAGES) {
      // Docker's short names leave the registry out; podman's do not need to have one.
      const name = use === "docker" ? image.replace("docker.io/library/", "") : image;
      if (!await succeeds(use, "image", "inspect", name)) continue;
      return {
        use,
        says: `In containers: ${use}, image ${name}.`,
        yaml: `  use: ${use}\n  image: ${name}\n`,
      };
    }
  }
  return {
    use: "host",
    says:
      "On this host: neither podman nor docker is here with an image that has Python, so the runs are described, " +
      `but their environment is not kept. \`podman pull ${IMAGES[2]}\` changes that.`,
    yaml: "  use: host\n",
  };
}
