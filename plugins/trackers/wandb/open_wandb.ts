import { UserError } from "../../../core/errors.ts";
import type { PluginContext } from "../../../core/plugin/context.ts";
import type { Tracker } from "../../../core/plugin/tracker.ts";
import { findApiKey } from "./api_key.ts";
import { hasLogin, type WandbConfig } from "./config.ts";
import { Connection } from "./connection.ts";
import { WandbTracker } from "./wandb_tracker.ts";

const CLOUD = "https://api.wandb.ai";

/** Opens the tracker; reads the key, and asks nothing of the network. @throws {UserError} `ca_unreadable`. */
export async function openWandb(config: WandbConfig, context: PluginContext): Promise<Tracker> {
  const { variable, log } = context;
  const base = (config.base_url ?? variable("WANDB_BASE_URL") ?? CLOUD).replace(/\/+$/, "");
  if (!URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol)) {
    throw new UserError("config_invalid", {
      what: "Cannot use WANDB_BASE_URL",
      why: "it is not an address such as https://wandb.example.org",
    });
  }
  if (hasLogin(new URL(base))) {
    throw new UserError("config_invalid", {
      what: "Cannot use WANDB_BASE_URL",
      why: "a name or password stands in it",
      fix: ["leave it out, and set WANDB_API_KEY"],
    });
  }
  const certificates = await readCertificates(config.ca_file, variable("HOME"));
  const connection = new Connection({
    base,
    key: await findApiKey(new URL(base), context),
    timeoutMs: 1000 * (config.timeout_seconds ?? 30),
    log,
    ...(certificates === undefined ? {} : { client: Deno.createHttpClient({ caCerts: [certificates] }) }),
  });
  const entity = config.entity ?? variable("WANDB_ENTITY");
  const group = config.project ?? variable("WANDB_PROJECT");
  return new WandbTracker(connection, {
    ...(group === undefined ? {} : { group }),
    projectOf: async (run) =>
      group ?? (run === undefined ? undefined : await context.projectOf?.(run)) ?? context.project,
    ...(entity === undefined ? {} : { entity }),
    web: webOf(base),
    log,
  });
}

/** Where people look: the cloud's pages have a host of their own, `api.X` shows them at `app.X`, others at the same. */
export function webOf(base: string): string {
  if (base === CLOUD) return "https://wandb.ai";
  return base.replace(/^(https?:\/\/)api\./, "$1app.");
}

async function readCertificates(
  path: string | undefined,
  home: string | undefined,
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const what = "Cannot read the certificates that `ca_file` of the tracker names";
  let text: string;
  try {
    text = await Deno.readTextFile(path.replace(/^~(?=\/)/, home ?? "~"));
  } catch (cause) {
    throw new UserError("ca_unreadable", { what, why: (cause as Error).message }, { cause });
  }
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new UserError("ca_unreadable", { what, why: `${path} has no certificate in PEM` });
}
