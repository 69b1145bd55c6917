import type { Digest } from "../model/digest.ts";
import type { Params } from "../model/params.ts";
import type { RunId } from "../model/run_id.ts";
import type { ProgramApi, ProgramApiAddress, ProgramApiPlugin } from "../plugin/program_api.ts";
import { RELAY_FILE } from "../program/program_files.ts";
import {
  type LaunchState,
  type ProgramApiServer,
  serveTokens,
  type TokenHolder,
} from "./program_api_server.ts";
import type { ProgramSink } from "./program_log.ts";
import { CONTAINER_API_PORT } from "./run_contract.ts";
import type { ProgramApis } from "./run_services.ts";

/** The run whose program APIs are served to. */
export interface ServedRun {
  readonly run: RunId;
  readonly project: string;
  readonly stage: string;
  readonly stageKey: Digest;
  readonly params: Params;
  /** Variables that the project gives its programs. */
  readonly env: Readonly<Record<string, string>>;
  /** Names of the secrets that it passes. */
  readonly secrets: readonly string[];
}

/** Where APIs are served from, and where what comes goes. */
export interface ServingPlace {
  /**
   * `loopback` for programs that see this machine's own loopback device; else a directory that does not exist, which
   * the program's container gets.
   */
  readonly at: "loopback" | { readonly directory: string };
  /** Absolute path in which each API that is used gets a directory for the files that are handed over to it. */
  readonly files: string;
  readonly sink: ProgramSink;
  readonly warn: (text: string) => void;
}

/** APIs that are served to one program. */
export interface ServedApis {
  /** Names of the APIs; at least one. */
  readonly names: readonly string[];
  /** Variables for the program, less those that the project sets itself. */
  readonly variables: Readonly<Record<string, string>>;
  /** Those of them that only the program may know. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Present if the program reaches them by a relay alone. */
  readonly relay?: { readonly directory: string; readonly launch: Readonly<LaunchState> };
  /** Ends serving. @throws what could not be written to the journal. */
  close(): Promise<void>;
}

/**
 * Serves APIs to the program of one run; each opens when its first request comes.
 *
 * @param plugins Those that were chosen for the program.
 * @returns `undefined` if there is nothing to serve.
 */
export function serveProgramApis(
  { plugins, context }: ProgramApis,
  run: ServedRun,
  place: ServingPlace,
): ServedApis | undefined {
  const own = new Set([...Object.keys(run.env), ...run.secrets]);
  const served = plugins.map((plugin) => new ServedApi(plugin, run, place, context));
  if (served.length === 0) return undefined;
  const server = listen(place, served);
  if (server === undefined) return undefined;
  const port = place.at === "loopback" ? server.port : CONTAINER_API_PORT;
  const variables: Record<string, string> = {};
  const secrets: Record<string, string> = {};
  for (const api of served) {
    for (const [name, value] of Object.entries(api.variables(`http://127.0.0.1:${port}`))) {
      if (!own.has(name)) (value.includes(api.token) ? secrets : variables)[name] = value;
    }
  }
  return {
    names: served.map(({ name }) => name),
    variables,
    secrets,
    ...(place.at === "loopback" ? {} : { relay: { directory: place.at.directory, launch: server.launch } }),
    async close() {
      await server.close();
      for (const api of served) await api.close();
      place.sink.finish();
    },
  };
}

/** `undefined`, which is told, where the system does not let it listen: not every file system has sockets. */
function listen({ at, warn }: ServingPlace, holders: readonly ServedApi[]): ProgramApiServer | undefined {
  try {
    if (at === "loopback") return serveTokens(at, holders);
    Deno.mkdirSync(at.directory);
    Deno.writeTextFileSync(`${at.directory}/${RELAY_FILE.path}`, RELAY_FILE.text);
    return serveTokens({ socket: `${at.directory}/socket` }, holders);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    const names = holders.map(({ name }) => name).join(" or ");
    warn(`what the program logs with ${names} is not taken: ${error.message}`);
    return undefined;
  }
}

/** One API of one program. */
class ServedApi implements TokenHolder {
  readonly name: string;
  readonly token = crypto.getRandomValues(new Uint8Array(32)).toHex();
  readonly #plugin: ProgramApiPlugin;
  readonly #run: ServedRun;
  readonly #place: ServingPlace;
  readonly #context: ProgramApis["context"];
  readonly #startedAt: number;
  #opened: Promise<ProgramApi> | undefined;

  constructor(
    plugin: ProgramApiPlugin,
    run: ServedRun,
    place: ServingPlace,
    context: ProgramApis["context"],
  ) {
    this.name = plugin.name;
    this.#plugin = plugin;
    this.#run = run;
    this.#place = place;
    this.#context = context;
    this.#startedAt = context.now().getTime();
  }

  variables(url: string): ReturnType<ProgramApiPlugin["variables"]> {
    const address: ProgramApiAddress = { url, token: this.token };
    return this.#plugin.variables(address);
  }

  readonly handle = async (request: Request): Promise<Response> => {
    const api = await (this.#opened ??= this.#open());
    return await api.handle(request);
  };

  async close(): Promise<void> {
    const opened = this.#opened;
    if (opened === undefined) return;
    let api: ProgramApi;
    try {
      api = await opened;
    } catch (error) {
      // Whoever asked was told by each answer.
      this.#place.warn(`the ${this.name} API could not be served: ${String(error)}`);
      return;
    }
    await api[Symbol.asyncDispose]();
  }

  async #open(): Promise<ProgramApi> {
    const { run, project, stage, stageKey, params } = this.#run;
    const { sink } = this.#place;
    const files = `${this.#place.files}/${this.name}`;
    Deno.mkdirSync(files, { recursive: true });
    return await this.#plugin.open({
      run,
      project,
      stage,
      stageKey,
      startedAt: this.#startedAt,
      params,
      files,
      metrics: (points) => sink.metrics(points),
      logged: (facts) => sink.logged(facts),
    }, this.#context);
  }
}
