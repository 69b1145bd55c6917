import type { App } from "../app.ts";
import { dataDirectoryOf } from "../config/data_directory.ts";
import { replaceFile } from "../config/replace_file.ts";
import { isAlive, type ProcessIdentity, readIdentity, thisProcess } from "../pipeline/process_identity.ts";
import { quoteCommand } from "../model/quote_command.ts";
import type { ServerSettings } from "./server_settings.ts";
import type { ClientLines, RegisteredService } from "../plugin/service.ts";

/** The port of the server where nobody names one: no service is registered for it with IANA. */
export const DEFAULT_PORT = 7489;

/** What is known of a server that runs, or ran. */
export interface StorageServer {
  readonly type: "storage-server";
  /** `silent`: its process lives, and it does not answer. */
  readonly state: "running" | "silent" | "stopped";
  /** Where everything is kept. */
  readonly directory: string;
  /** What other commands need to be told to find it, `--data DIR`; absent where they find it by themselves. */
  readonly dataFlag?: string;
  /** Absent while it is stopped, as are the others below. */
  readonly url?: string;
  readonly pid?: number;
  /** Epoch milliseconds. */
  readonly startedAt?: number;
  /** Name of the profile by which this user's projects reach it. */
  readonly profile?: string;
  /** How it was started; the port is the one that it got. */
  readonly settings?: ServerSettings;
  readonly configFile?: string;
  readonly credentialsFile?: string;
  /** SHA-256 of the certificate that it made for itself, and the file that clients are to trust. */
  readonly fingerprint?: string;
  readonly caFile?: string;
  /** Whether it serves as long as the command that says this. */
  readonly foreground?: boolean;
  /** Where its log goes; absent where that is a terminal, or not known. */
  readonly logFile?: string;
  /** What to type into other programs. */
  readonly clients?: readonly ClientLines[];
  /** As `storage.use` names the kind of storage that it is. */
  readonly use?: string;
  /** Settings that let a colleague's aero reach it. */
  readonly options?: Readonly<Record<string, string>>;
}

/** The directory of a server, and what lies in it. */
export interface ServerPlace {
  /** Absolute. */
  readonly directory: string;
  readonly stateFile: string;
  readonly logFile: string;
}

/** Finds the directory of the server. @param data As the person named it; absent: in this user's data directory. */
export async function serverPlace(app: App, data: string | undefined): Promise<ServerPlace> {
  const directory = data === undefined
    ? `${await dataDirectoryOf(app.variables, await app.directories())}/server`
    : absolutePath(app, data);
  return { directory, stateFile: `${directory}/server.json`, logFile: `${directory}/server.log` };
}

/** What `aero storage` has to be told to find the server of a directory; `undefined` where it finds it by itself. */
export async function dataFlag(app: App, place: ServerPlace): Promise<string | undefined> {
  const { directory } = await serverPlace(app, undefined);
  return directory === place.directory ? undefined : `--data ${quoteCommand([place.directory])}`;
}

/** A path as the person wrote it, from where they are. */
export function absolutePath(app: App, path: string): string {
  const whole = path.startsWith("/") ? path : `${app.io.cwd}/${path}`;
  return whole.replace(/(.)\/+$/, "$1");
}

/** The service behind the commands `storage up`, `down`, `status` and `user`. */
export async function storageService(app: App): Promise<RegisteredService> {
  return await app.service("object-server");
}

/** A server whose process lives. */
export type LivingServer =
  & StorageServer
  & Pick<Required<StorageServer>, "pid" | "url" | "profile" | "settings">;

/** The server of a directory whose process lives; `undefined` if there is none on this machine. */
export function livingServer(
  place: ServerPlace,
): LivingServer | undefined {
  const kept = readIdentity(place.stateFile) as ProcessIdentity & { server: StorageServer } | undefined;
  if (kept === undefined || !isAlive(kept)) return undefined;
  return kept.server as LivingServer;
}

/** Lets other processes know of this one, which serves. Disposing it takes that back. */
export async function announceServer(place: ServerPlace, server: StorageServer): Promise<AsyncDisposable> {
  await replaceFile(place.stateFile, JSON.stringify({ ...thisProcess(), server }), 0o600);
  return {
    async [Symbol.asyncDispose]() {
      await Deno.remove(place.stateFile).catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
    },
  };
}
