import type { PluginContext } from "../../../core/plugin/context.ts";
import { UserError } from "../../../core/errors.ts";
import type { S3Config } from "./config.ts";

/**
 * Certificates that are trusted besides those that every program trusts, in PEM; none for plain HTTP.
 *
 * @throws {UserError} `ca_unreadable` if the file that config or a variable names cannot be read, or has none in it.
 */
export async function trustedCertificates(
  config: S3Config,
  endpoint: string | undefined,
  { variable }: Pick<PluginContext, "variable">,
): Promise<string[]> {
  if (endpoint?.startsWith("http:")) return [];
  for (
    const [name, path] of [
      ["storage.ca_file", config.ca_file],
      ["AWS_CA_BUNDLE", variable("AWS_CA_BUNDLE")],
      ["SSL_CERT_FILE", variable("SSL_CERT_FILE")],
    ] as const
  ) {
    if (path !== undefined) return [await readPem(path.replace(/^~(?=\/)/, variable("HOME") ?? "~"), name)];
  }
  return [];
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
