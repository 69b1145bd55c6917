/**
 * Writes an executable `aero` for shells, which runs it from its source whatever home a test gives to it.
 *
 * @param directory Made if absent; goes on PATH.
 */
export async function writeAeroProgram(directory: string): Promise<void> {
  const source = (path: string) => new URL(`../../${path}`, import.meta.url).pathname;
  const info = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"], cwd: "/" }).output();
  const { denoDir } = JSON.parse(new TextDecoder().decode(info.stdout));
  const run = `'${Deno.execPath()}' run -A --no-check --cached-only --config '${source("deno.json")}'`;
  await Deno.mkdir(directory, { recursive: true });
  const text = `#!/bin/sh\nDENO_DIR='${denoDir}' DENO_NO_UPDATE_CHECK=1 exec ${run} '${
    source("main.ts")
  }' "$@"\n`;
  await Deno.writeTextFile(`${directory}/.aero.sh`, text);
  // By a process of its own: a program that this one has open, though only while it starts another, cannot be run.
  const args = ["-m", "755", `${directory}/.aero.sh`, `${directory}/aero`];
  const { success } = await new Deno.Command("install", { args }).output();
  if (!success) throw new RangeError(`install ${args.join(" ")} failed`);
}
