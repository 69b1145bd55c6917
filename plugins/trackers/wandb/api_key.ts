import type { PluginContext } from "../../../core/plugin/context.ts";
import { parseNetrc, passwordFor } from "./netrc.ts";

/** A key that is not seen where this is inspected or written. */
export class ApiKey {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  /** Value of the header that logs in: HTTP Basic with the user `api`. */
  header(): string {
    return `Basic ${btoa(`api:${this.#key}`)}`;
  }

  /** A text without the key, also as the header has it. */
  redact(text: string): string {
    return text.replaceAll(this.#key, "[secret]").replaceAll(btoa(`api:${this.#key}`), "[secret]");
  }
}

/**
 * The key of the user for a server: WANDB_API_KEY, or the password in the netrc file (NETRC, `~/.netrc`, `~/_netrc`).
 *
 * @returns `undefined` if there is none, or what there is cannot be a key.
 */
export async function findApiKey(
  base: URL,
  { variable }: Pick<PluginContext, "variable">,
): Promise<ApiKey | undefined> {
  const key = variable("WANDB_API_KEY") ?? await keyOfNetrc(base, variable);
  // What is not printable ASCII cannot stand in a header.
  return key !== undefined && /^[!-~]+$/.test(key) ? new ApiKey(key) : undefined;
}

async function keyOfNetrc(base: URL, variable: PluginContext["variable"]): Promise<string | undefined> {
  const home = variable("HOME");
  const named = variable("NETRC");
  const paths = named !== undefined
    ? [named]
    : home === undefined
    ? []
    : [`${home}/.netrc`, `${home}/_netrc`];
  for (const path of paths) {
    let text: string;
    try {
      text = await Deno.readTextFile(path);
    } catch {
      // A file that is not there, or not ours to read, holds no key for us.
      continue;
    }
    const key = passwordFor(base, parseNetrc(text));
    if (key !== undefined) return key;
  }
  return undefined;
}
