import type { ProgramApiPlugin } from "../plugin/program_api.ts";

/**
 * Looks out for logs that a program writes into its working directory, where they are thrown away, since no API took
 * them. To be called before it starts.
 *
 * @param plugins APIs that it is not served, and would be if the config asked for them.
 * @param directory Its working directory on the host.
 * @returns Tells of each API whose library left what was not there before; to be called once the program has ended.
 */
export function watchForLostLogs(
  plugins: readonly ProgramApiPlugin[],
  directory: string,
): (warn: (text: string) => void) => void {
  const watched = plugins.map(({ name, leaves }) => ({
    name,
    paths: leaves.filter((path) => !isThere(`${directory}/${path}`)),
  }));
  return (warn) => {
    for (const { name, paths } of watched) {
      const left = paths.filter((path) => isThere(`${directory}/${path}`));
      if (left.length === 0) continue;
      warn(
        `what the program logged with ${name} went to ${
          left.join(" and ")
        } in its copy of the code, which is ` +
          `thrown away, and is in no record; \`environment: { logging_apis: [${name}] }\` has it served`,
      );
    }
  };
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    // The program can have made its directory into anything, and none of that is worth a run.
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}
