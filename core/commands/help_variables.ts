import { ENVIRONMENT_VARIABLES } from "../config/env_table.ts";

/** `aero help variables`. */
export function variablesPage(): string {
  const width = Math.max(...ENVIRONMENT_VARIABLES.map((variable) => variable.name.length));
  const lines = ENVIRONMENT_VARIABLES.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return ["Environment variables that aero reads:", ...lines].join("\n");
}
