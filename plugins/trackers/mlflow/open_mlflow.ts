import { UserError } from "../../../core/errors.ts";
import type { PluginContext } from "../../../core/plugin/context.ts";
import type { Tracker } from "../../../core/plugin/tracker.ts";
import type { MlflowConfig } from "./config.ts";
import { MlflowClient } from "./mlflow_client.ts";
import { MlflowTracker } from "./mlflow_tracker.ts";
import { trustOf } from "./trust.ts";

/**
 * Makes ready for requests to a server; nothing is asked of it yet.
 *
 * @throws {UserError} `tracker_uri_missing`, `tracker_uri_unsupported`, `ca_unreadable`, `insecure_tls`.
 */
export async function openMlflow(config: MlflowConfig, context: PluginContext): Promise<Tracker> {
  const { variable } = context;
  const url = serverUrl(config, context);
  const workspace = config.workspace ?? variable("MLFLOW_WORKSPACE");
  const login = authorization(url, context);
  const experiment = config.experiment ?? variable("MLFLOW_EXPERIMENT_NAME");
  const client = new MlflowClient({
    base: `${url.origin}${url.pathname.replace(/\/+$/, "")}`,
    headers: {
      ...(login === undefined ? {} : { authorization: login }),
      ...(workspace === undefined ? {} : { "x-mlflow-workspace": workspace }),
    },
    http: Deno.createHttpClient({ ...await trustOf(config, url, context), http2: false }),
    timeoutMs: 1000 * (config.timeout_seconds ?? 30),
  }, context.log);
  return new MlflowTracker(client, {
    ...(experiment === undefined ? {} : { experiment }),
    loggedModels: config.logged_models ?? "auto",
    signal: context.signal,
  });
}

function serverUrl(config: MlflowConfig, { variable }: PluginContext): URL {
  const text = config.uri ?? variable("MLFLOW_TRACKING_URI");
  if (text === undefined) {
    throw new UserError("tracker_uri_missing", {
      what: "Cannot tell where MLflow is",
      why: "the tracker mlflow has no `uri`, and MLFLOW_TRACKING_URI is not set",
      fix: ['write `uri: "http://127.0.0.1:5000"` beside `use: mlflow`', "or set MLFLOW_TRACKING_URI"],
    });
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  throw new UserError("tracker_uri_unsupported", {
    what: "Cannot use the address of MLflow",
    why: `${
      url === undefined ? "a path" : `an address that begins with ${url.protocol}`
    } names no tracking server`,
    fix: ["start one with `mlflow server`, and name its http or https address"],
  });
}

/** As MLflow's own client chooses: name and password before a token. */
function authorization(url: URL, { variable }: PluginContext): string | undefined {
  const named = url.username === "" ? undefined : decoded(url.username);
  const user = variable("MLFLOW_TRACKING_USERNAME") ?? named;
  const password = variable("MLFLOW_TRACKING_PASSWORD") ?? decoded(url.password);
  if (user !== undefined) return `Basic ${new TextEncoder().encode(`${user}:${password}`).toBase64()}`;
  const token = variable("MLFLOW_TRACKING_TOKEN");
  return token === undefined ? undefined : `Bearer ${token}`;
}

/** As MLflow's own client reads them: a `%` that encodes nothing stands for itself. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (codes) => {
    const bytes = codes.slice(1).split("%").map((code) => parseInt(code, 16));
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new Uint8Array(bytes));
  });
}
