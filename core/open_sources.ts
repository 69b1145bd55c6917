import type { App } from "./app.ts";
import type { PluginSection } from "./config/project_config.ts";
import { UserError } from "./errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "./model/json.ts";
import type { DataOrigin } from "./model/import.ts";
import { nearest } from "./model/nearest.ts";
import type { DataSource, DataSourcePlugin } from "./plugin/data_source.ts";
import { userProfiles } from "./open_place.ts";
import type { OpenSource } from "./store/imports.ts";

/**
 * Opens places that data comes from, each once; they are closed with `closing`.
 *
 * @param own The section of the project's storage. What it, or a profile of the user, says of how to get into a
 * service, such as a file of credentials, holds for data of that service too.
 */
export function sourceOpener(
  app: App,
  closing: AsyncDisposableStack,
  own: PluginSection,
  dataDirectory: string,
): OpenSource {
  const opened = new Map<string, Promise<DataSource>>();
  return (origin) => {
    const key = JSON.stringify([origin.url, origin.options]);
    let source = opened.get(key);
    if (source === undefined) {
      source = openSource(app, origin, own, dataDirectory).then((source) => closing.use(source));
      opened.set(key, source);
    }
    return source;
  };
}

async function openSource(
  app: App,
  { url, options }: DataOrigin,
  own: PluginSection,
  dataDirectory: string,
): Promise<DataSource> {
  const parsed = parseAddress(url);
  const plugin = await sourceFor(app, parsed);
  const { use: _use, ...access } = await accessTo(app, plugin, options, own);
  return await plugin.open(parsed, { ...access, ...options }, app.pluginContext(dataDirectory));
}

/**
 * The place of data that an address and options mean when they are first named.
 *
 * Who names neither a service nor a profile means the service of the project's storage, if it is of a kind that has such
 * data: a group that has its own service rarely means somebody else's.
 *
 * @throws {UserError} `address_invalid`.
 */
export async function namedOrigin(
  app: App,
  address: string,
  options: JsonObject,
  own: PluginSection,
): Promise<DataOrigin> {
  const url = parseAddress(address);
  const { services } = await sourceFor(app, url);
  const { endpoint } = own.options;
  const isOwn = options.endpoint === undefined && options.profile === undefined && endpoint !== undefined &&
    services?.storages.includes(own.use) === true;
  return { url: url.href, options: isOwn ? { ...options, endpoint } : options };
}

async function sourceFor(app: App, url: URL): Promise<DataSourcePlugin> {
  const scheme = url.protocol.slice(0, -1);
  const { dataSources } = await app.registry();
  const plugin = dataSources.find(({ schemes }) => schemes.includes(scheme));
  if (plugin !== undefined) return plugin;
  const schemes = dataSources.flatMap((source) => source.schemes);
  const near = nearest(scheme, schemes);
  throw new UserError("address_invalid", {
    what: `Cannot open ${JSON.stringify(url.href)}`,
    why: near === undefined
      ? `data comes from a path here, or from an address with ${
        schemes.map((known) => `${known}://`).join(", ")
      }`
      : `there is no ${scheme}://; did you mean ${near}://?`,
  });
}

/** What config says of the service that these options name; a profile is taken by name, or by the service. */
async function accessTo(
  app: App,
  { services }: DataSourcePlugin,
  { profile, endpoint }: JsonObject,
  own: PluginSection,
): Promise<JsonObject> {
  const profiles = await userProfiles(`${(await app.directories()).config}/config.yaml`);
  if (typeof profile === "string" && Object.hasOwn(profiles, profile)) return objectOf(profiles[profile]);
  const sections = [{ ...own.options, use: own.use }, ...Object.values(profiles).map(objectOf)].filter(
    ({ use }) => use === undefined || services?.storages.includes(String(use)),
  );
  const home = services?.home;
  return sections.find((section) => (section.endpoint ?? home) === (endpoint ?? home)) ?? {};
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return value !== undefined && isJsonObject(value) ? value : {};
}

/**
 * Reads an address of data.
 *
 * @throws {UserError} `address_invalid` if it is none, or carries a password or a signature: addresses are kept.
 */
function parseAddress(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw invalid(text, "it is not an address", cause);
  }
  if (url.username !== "" || url.password !== "") {
    url.username = url.password = "";
    throw invalid(url.href, "it carries a user or password, and addresses of data are kept");
  }
  const secret = [...url.searchParams.keys()].find((name) =>
    /signature|^sig$|token|secret|password|api_?key/i.test(name)
  );
  if (secret !== undefined) {
    url.search = "";
    throw invalid(
      url.href,
      `its query has "${secret}", which looks like a secret, and addresses of data are kept`,
    );
  }
  url.hash = "";
  return url;
}

function invalid(shown: string, why: string, cause?: unknown): UserError {
  return new UserError("address_invalid", {
    what: `Cannot import ${JSON.stringify(shown)}`,
    why,
    fix: ["fetch it yourself, and `aero data add PATH --name NAME`"],
  }, { cause });
}
