import type { PluginContext } from "../../../core/plugin/context.ts";
import type { S3Config } from "./config.ts";

/** Access keys as the SDK takes them. */
export interface AccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Where access keys are taken from. */
export interface CredentialSource {
  /** Asks anew when keys are about to expire. */
  readonly provide: () => Promise<AccessKeys>;
  /** For people: `the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`. */
  readonly from: string;
  /** For people: how to set the right keys there. */
  readonly fix: readonly string[];
}

/** What a place of credentials said, under the name that the SDK has for it: it is not the storage's own. */
class NoCredentialsError extends Error {
  override readonly name = "CredentialsProviderError";

  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

/** Whether a file of credentials cannot be read, or who gives them out refuses; a network that fails may pass. */
function isRefusal(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  return ["ENOENT", "EACCES", "EISDIR"].includes(String(code)) ||
    (status >= 400 && status < 500 && status !== 429);
}

// Off AWS nobody answers there, and who has no keys should soon be told so.
const METADATA_TIMEOUT_MS = 1000;

/**
 * Chooses where access keys come from: a profile that config names; variables; then all the places that AWS's own tools
 * look at: files, SSO's cache, a command, web identity, the metadata of a container or machine.
 *
 * @see {@link https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html}
 */
export function credentialSource(
  { profile: named, credentials_file: file }: S3Config,
  { variable }: Pick<PluginContext, "variable">,
): CredentialSource {
  const [id, secret] = [variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY")];
  const token = variable("AWS_SESSION_TOKEN");
  const profile = named ?? (file === undefined ? variable("AWS_PROFILE") : "default");
  if (profile === undefined && id !== undefined && secret !== undefined) {
    const keys = {
      accessKeyId: id,
      secretAccessKey: secret,
      ...(token === undefined ? {} : { sessionToken: token }),
    };
    return {
      provide: () => Promise.resolve(keys),
      from: "the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
      fix: ["set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to the right ones"],
    };
  }
  const home = variable("HOME") ?? "~";
  const path = (file ?? variable("AWS_SHARED_CREDENTIALS_FILE") ?? "~/.aws/credentials").replace(
    /^~(?=\/)/,
    home,
  );
  const configPath = (variable("AWS_CONFIG_FILE") ?? "~/.aws/config").replace(/^~(?=\/)/, home);
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  let provider: (() => Promise<AccessKeys>) | undefined;
  return {
    provide: async () => {
      const { defaultProvider } = await import("@aws-sdk/credential-provider-node");
      provider ??= defaultProvider({
        ...(profile === undefined ? {} : { profile }),
        filepath: path,
        configFilepath: configPath,
        ignoreCache: true,
        timeout: METADATA_TIMEOUT_MS,
        maxRetries: 0,
        logger: silent,
      });
      return await provider().catch((error) => {
        throw isRefusal(error) ? new NoCredentialsError(error) : error;
      });
    },
    from: profile === undefined
      ? `the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, ${path}, ${configPath} and the metadata of this machine`
      : `the profile "${profile}" of ${path}${file === undefined ? ` and ${configPath}` : ""}`,
    fix: file === undefined
      ? [
        `write the right ones into the section [${profile ?? "default"}] of ${path}`,
        ...(profile === undefined ? ["or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"] : []),
        `or log in: \`aws sso login${profile === undefined ? "" : ` --profile ${profile}`}\``,
      ]
      : [`write the right ones into the section [${profile}] of ${path}`],
  };
}
