import { run, succeeds } from "./process.ts";

/** Python programs that aero is compared with, each in a virtual environment of its own: what pip installs for them. */
const PACKAGES = { dvc: "dvc", "dvc-s3": "dvc[s3]", mlflow: "mlflow-skinny", moto: "moto[server]" } as const;

/** Programs that are not named as their peer. */
const PROGRAMS: Partial<Record<PeerName, string>> = { "dvc-s3": "dvc", moto: "moto_server" };

/** Name of a peer that pip installs. */
export type PeerName = keyof typeof PACKAGES;

/** Installs peers when they are first asked for, below one directory that is kept for the next time. */
export class Peers {
  readonly #directory: string;
  readonly #note: (text: string) => void;
  readonly #found = new Map<PeerName, Promise<string | undefined>>();

  /** @param directory Made if absent. */
  constructor(directory: string, note: (text: string) => void) {
    this.#directory = directory;
    this.#note = note;
  }

  /** Path of a peer's program; `undefined` if it cannot be installed, and then it has been said why. */
  program(name: PeerName): Promise<string | undefined> {
    let found = this.#found.get(name);
    if (found === undefined) this.#found.set(name, found = this.#install(name));
    return found;
  }

  async #install(name: PeerName): Promise<string | undefined> {
    const venv = `${this.#directory}/${name}`;
    const program = `${venv}/bin/${PROGRAMS[name] ?? name}`;
    if (await succeeds([program, "--help"])) return program;
    try {
      this.#note(`installing ${PACKAGES[name]} into ${venv}`);
      await Deno.mkdir(this.#directory, { recursive: true });
      await run(["python3", "-m", "venv", "--clear", venv]);
      await run([`${venv}/bin/pip`, "install", "--quiet", "--disable-pip-version-check", PACKAGES[name]]);
      await run([program, "--help"]);
      return program;
    } catch (error) {
      this.#note(`left out: ${name}, which cannot be installed: ${(error as Error).message.split("\n")[0]}`);
      return undefined;
    }
  }
}
