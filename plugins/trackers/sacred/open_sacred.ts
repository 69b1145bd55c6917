import { MongoClient, type MongoClientOptions } from "mongodb";
import { UserError } from "../../../core/errors.ts";
import type { PluginContext } from "../../../core/plugin/context.ts";
import type { Tracker } from "../../../core/plugin/tracker.ts";
import type { SacredConfig } from "./config.ts";
import { SacredTracker } from "./sacred_tracker.ts";

const USUAL_URI = "mongodb://localhost:27017/sacred";
const USUAL_VARIABLES = ["AERO_MONGO_URI", "MONGO_URI"];
const USUAL_DATABASE = "sacred";

/** How long is waited, unless the address says otherwise: who is away is to be told soon, and sent to later. */
const PATIENCE: MongoClientOptions = {
  serverSelectionTimeoutMS: 3000,
  connectTimeoutMS: 3000,
  socketTimeoutMS: 20_000,
};

/**
 * Opens a tracker; connects to nothing yet.
 *
 * @throws {UserError} `tracker_address_invalid` if the address is missing or is none; it is not shown, since it may
 * hold a password.
 */
export function openSacred(config: SacredConfig, context: PluginContext): Tracker {
  const { uri, from } = addressOf(config, context);
  const options = Object.entries(PATIENCE).filter(([name]) => !new RegExp(`[?&]${name}=`, "i").test(uri));
  let client: MongoClient;
  try {
    client = new MongoClient(uri, { ...Object.fromEntries(options), appName: "aero", ignoreUndefined: true });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // Without the cause, and without the address: both may hold the password.
    throw new UserError("tracker_address_invalid", {
      what: `Cannot use the address of MongoDB in ${from}`,
      why: error.message.replaceAll(uri, "it"),
      fix: [
        "Write it as mongodb://user:password@host:27017/database, with % codes for odd letters of the password",
      ],
    });
  }
  const database = config.database ?? databaseIn(uri) ?? USUAL_DATABASE;
  const { srvHost, hosts } = client.options;
  const place = srvHost ?? hosts.map((host) => host.toString()).join(",");
  return new SacredTracker({
    client,
    database,
    location: `mongodb://${place}/${database}`,
    ...(config.experiment === undefined ? {} : { experiment: config.experiment }),
    ...(config.omniboard === undefined ? {} : { omniboard: config.omniboard }),
    now: context.now,
  });
}

function addressOf({ uri, uri_variable: named }: SacredConfig, { variable }: PluginContext) {
  if (uri !== undefined) return { uri, from: "the config" };
  for (const name of named === undefined ? USUAL_VARIABLES : [named]) {
    const value = variable(name);
    if (value !== undefined && value !== "") return { uri: value, from: name };
  }
  if (named === undefined) return { uri: USUAL_URI, from: "the default" };
  throw new UserError("tracker_address_invalid", {
    what: "Cannot find the address of MongoDB",
    why: `the variable ${named} is not set`,
    fix: [`Set ${named} to mongodb://user:password@host:27017/database`],
  });
}

/** The database that an address names. */
function databaseIn(uri: string): string | undefined {
  const name = /^mongodb(?:\+srv)?:\/\/(?:[^@/]*@)?[^/?]+\/([^?/]+)/.exec(uri)?.[1];
  return name === undefined ? undefined : decodeURIComponent(name);
}
