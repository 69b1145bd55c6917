import type { Environment as Variables } from "./config/env.ts";
import { Secret } from "./config/secret.ts";
import { UserError } from "./errors.ts";

/** Variables of the user that programs on the host see without being asked for; all others are kept from them. */
const HOST_VARIABLES = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "TMPDIR", "TZ"];

/** What of the user's environment programs on the host see. */
export function hostVariables(variables: Variables): Record<string, string> {
  return Object.fromEntries(
    HOST_VARIABLES.flatMap((name) => {
      const value = variables.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/**
 * The values of secrets, by name.
 *
 * @throws {UserError} `secret_missing` naming all that are not set.
 */
export function readSecrets(variables: Variables, names: readonly string[]): Record<string, Secret> {
  const missing = names.filter((name) => variables.get(name) === undefined);
  if (missing.length > 0) {
    throw new UserError("secret_missing", {
      what: `Cannot pass the ${missing.length === 1 ? "secret" : "secrets"} ${missing.join(", ")}`,
      why: "the environment has no such variable",
      fix: [`\`export ${missing[0]}=…\`, or take it out of environment.secrets in aero.yaml`],
    });
  }
  return Object.fromEntries(names.map((name) => [name, new Secret(variables.get(name)!)]));
}
