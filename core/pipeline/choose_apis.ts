import type { ProgramApiPlugin } from "../plugin/program_api.ts";

// What brings a library for Python into an image, as inventories name it.
const ECOSYSTEMS = ["pypi", "conda"];

/**
 * Why a program is not served an API: the config leaves it out (`left_out`), or names a server that the library has
 * instead (`own_server`); containers cannot be reached on this system (`system`); what the image holds is not known
 * (`image_unknown`); it holds no library of the API (`no_library`), or none of its commands is Python, which serving
 * takes (`no_python`).
 */
export type UnservedWhy =
  | "left_out"
  | "own_server"
  | "system"
  | "image_unknown"
  | "no_library"
  | "no_python";

/** An API that a program is not served. */
export interface UnservedApi {
  readonly plugin: ProgramApiPlugin;
  readonly why: UnservedWhy;
}

/** Which APIs a program is served; each is in one of the two. */
export interface ApiChoice {
  readonly served: readonly ProgramApiPlugin[];
  readonly unserved: readonly UnservedApi[];
}

/** What of a stage decides which APIs its program is served. */
export interface ApiSetting {
  /** Variables that the project gives its programs. */
  readonly env: Readonly<Record<string, string>>;
  /** Names of the secrets that it passes. */
  readonly secrets: readonly string[];
  /** Names that the config asks for, whatever the image holds; absent if it leaves that to the image. */
  readonly asked?: readonly string[];
  /** Absent on the host: looking for libraries there takes longer than serving all. */
  readonly container?: {
    /** As `packagesOf` gives them; absent if they are not known. */
    readonly packages?: ReadonlyMap<string, string>;
    /** Whether it has a network of its own. */
    readonly relayed: boolean;
  };
}

/** Chooses the APIs for a program, and says of each other one why it is none of them. */
export function chooseApis(plugins: readonly ProgramApiPlugin[], setting: ApiSetting): ApiChoice {
  const own = new Set([...Object.keys(setting.env), ...setting.secrets]);
  const served: ProgramApiPlugin[] = [];
  const unserved: UnservedApi[] = [];
  for (const plugin of plugins) {
    const why = whyUnserved(plugin, setting, own);
    if (why === undefined) served.push(plugin);
    else unserved.push({ plugin, why });
  }
  return { served, unserved };
}

/** Whether asking for the API in the config would have it served. */
export function canBeAskedFor({ why }: UnservedApi): boolean {
  return why === "image_unknown" || why === "no_library" || why === "no_python";
}

function whyUnserved(
  plugin: ProgramApiPlugin,
  { asked, container }: ApiSetting,
  own: ReadonlySet<string>,
): UnservedWhy | undefined {
  if (asked !== undefined && !asked.includes(plugin.name)) return "left_out";
  if (hasServer(plugin, own)) return "own_server";
  if (container === undefined) return undefined;
  // Elsewhere containers run in a virtual machine, which neither this machine's sockets nor its loopback device reach.
  if (Deno.build.os !== "linux") return "system";
  if (asked !== undefined) return undefined;
  const { packages, relayed } = container;
  if (packages === undefined) return "image_unknown";
  const hasLibrary = plugin.packages.some((name) =>
    ECOSYSTEMS.some((ecosystem) => packages.has(`${name}@${ecosystem}`))
  );
  if (!hasLibrary) return "no_library";
  // What relays is a program for the Python of the image.
  return relayed && !packages.has("python@generic") ? "no_python" : undefined;
}

/** Whether the project itself says where the library finds its server, or who may use that. */
function hasServer(plugin: ProgramApiPlugin, own: ReadonlySet<string>): boolean {
  const url = "http://127.0.0.1:0", token = "\0token";
  return Object.entries(plugin.variables({ url, token }))
    .some(([name, value]) => own.has(name) && (value.includes(url) || value.includes(token)));
}
