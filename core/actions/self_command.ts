import type { Environment } from "../config/env.ts";

/**
 * The words that start this very program again, as another process: whole paths, without its arguments.
 *
 * @param main URL of the module that runs.
 */
export function selfCommand(variables: Environment, main: string = Deno.mainModule): readonly string[] {
  if (Deno.build.standalone) return [Deno.execPath()];
  const source = decodeURIComponent(new URL(main).pathname);
  const program = variables.get("AERO_PROGRAM");
  // Unpacked by the portable file. Another aero that was started from that one has the variable too, and is not it.
  if (program !== undefined && /\/runtime\/[0-9a-f]+\/app\/main\.js$/.test(source)) return [program];
  return [Deno.execPath(), "run", "--allow-all", "--no-check", source];
}
