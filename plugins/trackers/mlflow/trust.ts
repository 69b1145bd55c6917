import { UserError } from "../../../core/errors.ts";
import type { PluginContext } from "../../../core/plugin/context.ts";
import type { MlflowConfig } from "./config.ts";

/**
 * Which certificates are trusted besides those that every program trusts, and which one is shown.
 *
 * @throws {UserError} `ca_unreadable`; `insecure_tls` where no certificate is to be checked at all.
 */
export async function trustOf(
  config: MlflowConfig,
  url: URL,
  { variable }: PluginContext,
): Promise<{ readonly caCerts?: string[]; readonly cert?: string; readonly key?: string }> {
  if (url.protocol !== "https:") return {};
  if (/^(true|1)$/i.test(variable("MLFLOW_TRACKING_INSECURE_TLS") ?? "")) {
    throw new UserError("insecure_tls", {
      what: "Cannot send runs to MLflow without a look at its certificate",
      why: "MLFLOW_TRACKING_INSECURE_TLS is set, and aero sends passwords only to servers that it knows",
      fix: [
        "unset it, and name the server's certificate as `ca_file`, or in MLFLOW_TRACKING_SERVER_CERT_PATH",
      ],
    });
  }
  const read = (path: string, name: string) =>
    readPem(path.replace(/^~(?=\/)/, variable("HOME") ?? "~"), name);
  const own = variable("MLFLOW_TRACKING_CLIENT_CERT_PATH");
  const shown = own === undefined ? {} : await read(own, "MLFLOW_TRACKING_CLIENT_CERT_PATH").then((pem) => ({
    cert: pem,
    key: pem,
  }));
  for (
    const [name, path] of [
      ["ca_file", config.ca_file],
      ["MLFLOW_TRACKING_SERVER_CERT_PATH", variable("MLFLOW_TRACKING_SERVER_CERT_PATH")],
      ["SSL_CERT_FILE", variable("SSL_CERT_FILE")],
    ] as const
  ) {
    if (path !== undefined) return { caCerts: [await read(path, name)], ...shown };
  }
  return shown;
}

async function readPem(path: string, name: string): Promise<string> {
  const what = `Cannot read the certificates that ${name} names`;
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (cause) {
    throw new UserError("ca_unreadable", { what, why: (cause as Error).message }, { cause });
  }
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new UserError("ca_unreadable", { what, why: `${path} has no certificate in PEM` });
}
