import type { Environment as Variables } from "./config/env.ts";
import { LEAST_CHARACTERS } from "./config/redact.ts";
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
 * @throws {UserError} `secret_missing` naming all that are not set, `secret_too_short` naming one.
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
  const short = names.find((name) => variables.get(name)!.length < LEAST_CHARACTERS);
  if (short !== undefined) {
    throw new UserError("secret_too_short", {
      what: `Cannot pass the secret ${short}`,
      why:
        `its value has fewer than ${LEAST_CHARACTERS} characters: it cannot be told from other text in the logs`,
      fix: [
        `\`export ${short}=…\` with a longer value; if it is no secret, set it in environment.env in aero.yaml`,
      ],
    });
  }
  return Object.fromEntries(names.map((name) => [name, new Secret(variables.get(name)!)]));
}
