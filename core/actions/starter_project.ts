// deno-lint-ignore-file aero/vendor-words -- the project file says what a person may choose from
import { isName } from "../model/name.ts";

/** The text of a new project's `aero.yaml`: a pipeline of one stage that runs in any image that has a shell. */
export function starterProject(options: { readonly project: string; readonly image: string }): string {
  const { project, image } = options;
  return `# One version for code, image, data and params. All keys: \`aero config list\`
project: ${JSON.stringify(project)}

environment:
  use: auto                  # podman or docker, whichever is there; host runs on this machine as it is
  image: ${JSON.stringify(image)}
  network: none
  # system_packages: [libgomp1]
  # python_lock: requirements.lock      # with hashes: pip-compile --generate-hashes, or uv, pdm, conda
  # env: { OMP_NUM_THREADS: "1" }

params: { seed: 7, who: world }

stages:
  hello:
    command: [sh, -c, 'echo "Hello, \${params.who}" > "$AERO_OUTPUTS/greeting/hello.txt"']
    outputs: [greeting]

  # train:
  #   command: python3 train.py --seed \${params.seed} --data \${inputs.data} --out \${outputs.model}
  #   inputs: { data: my_data }          # first: aero data add PATH --name my_data
  #   outputs: [model]
  #   metrics: metrics.json
`;
}

/** A name of a project made from that of its directory; `undefined` if nothing of it can be used. */
export function projectNameFrom(directory: string): string | undefined {
  const bare = directory.replace(/\/+$/, "").split("/").at(-1) ?? "";
  const name = bare.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replaceAll(/\.{2,}/g, ".").slice(0, 128)
    .replaceAll(/^[._-]+|[._-]+$/g, "");
  return isName(name) ? name : undefined;
}
