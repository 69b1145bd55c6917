import { fileURLToPath } from "node:url";
import { ENTRY } from "../../scripts/build/bundle.ts";
import { compile } from "../../scripts/build/compiled.ts";
import { makePortable } from "../../scripts/build/portable.ts";
import { type Finished, type ProcessOptions, run, runWatched } from "./process.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** How a built aero is packed; an empty program is packed alike. */
export type Packing = "compiled" | "portable";

/** A built aero with directories of its own, so that it meets nothing of the user's. */
export class Aero {
  readonly binary: string;
  readonly packing: Packing;
  readonly #home: string;
  /** What a portable file unpacked, once for all homes. */
  readonly #runtime: string;

  private constructor(binary: string, packing: Packing, home: string, runtime: string) {
    this.binary = binary;
    this.packing = packing;
    this.#home = home;
    this.#runtime = runtime;
  }

  /**
   * Takes a binary, or builds one.
   *
   * @param directory Gets the binary, if it is built.
   */
  static async open(binary: string | undefined, directory: string): Promise<Aero> {
    const path = binary === undefined ? `${directory}/aero` : await Deno.realPath(binary);
    if (binary === undefined) {
      await run([Deno.execPath(), "run", "--allow-all", `${ROOT}scripts/build.ts`, `--output=${path}`]);
    }
    using file = await Deno.open(path);
    const head = new Uint8Array(2);
    await file.read(head);
    // A portable file is a shell script with a payload.
    const packing = new TextDecoder().decode(head) === "#!" ? "portable" : "compiled";
    const aero = new Aero(path, packing, `${directory}/home`, `${directory}/runtime`);
    // A portable file unpacks itself at its first start.
    await aero.run(["--version"]);
    return aero;
  }

  /** The same binary with other directories below `home`. */
  withHome(home: string): Aero {
    return new Aero(this.binary, this.packing, home, this.#runtime);
  }

  /** Where it keeps what it keeps. */
  get env(): Readonly<Record<string, string>> {
    return {
      XDG_CACHE_HOME: `${this.#home}/cache`,
      XDG_CONFIG_HOME: `${this.#home}/config`,
      XDG_DATA_HOME: `${this.#home}/data`,
      XDG_STATE_HOME: `${this.#home}/state`,
    };
  }

  /** Runs a command to its end. */
  async run(args: readonly string[], options: ProcessOptions = {}): Promise<Finished> {
    await this.#lendRuntime();
    return await run([this.binary, ...args], { ...options, env: { ...this.env, ...options.env } });
  }

  /** Seconds that a command takes. */
  async time(args: readonly string[], options: ProcessOptions = {}): Promise<number> {
    return (await this.run(args, options)).seconds;
  }

  /** Runs a command and looks at its memory. */
  async runWatched(args: readonly string[], options: ProcessOptions = {}) {
    await this.#lendRuntime();
    return await runWatched([this.binary, ...args], { ...options, env: { ...this.env, ...options.env } });
  }

  /** A new home must not cost a portable aero its unpacking, nor an unpacking count as work. */
  async #lendRuntime(): Promise<void> {
    if (this.packing === "compiled") return;
    await Deno.mkdir(this.#runtime, { recursive: true });
    await Deno.mkdir(`${this.#home}/cache/aero`, { recursive: true });
    try {
      await Deno.symlink(this.#runtime, `${this.#home}/cache/aero/runtime`);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }

  /**
   * Packs a program that does nothing as this aero is packed.
   *
   * @returns Its path, or why it cannot be had.
   */
  async packEmptyProgram(directory: string): Promise<{ readonly path: string } | { readonly why: string }> {
    await this.#lendRuntime();
    const source = `${directory}/empty-program`;
    const path = `${directory}/empty`;
    await Deno.mkdir(source);
    await Deno.writeTextFile(`${source}/${ENTRY}`, "export {};\n");
    if (this.packing === "portable") {
      await makePortable(source, path);
      return { path };
    }
    const deno = Deno.env.get("AERO_COMPILE_DENO");
    const failure = await compile(source, { output: path, ...(deno === undefined ? {} : { deno }) });
    return failure === undefined ? { path } : { why: failure };
  }
}
