/** Runs a program; returns what it printed on stdout. Fails with what it printed, if it fails. */
export async function succeed(
  [program, ...args]: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string>; readonly clearEnv?: boolean } = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program!, { args, stdin: "null", ...options })
    .output();
  const text = new TextDecoder().decode(stdout);
  if (success) return text;
  throw new Error(`${program} ${args.join(" ")}\n${text}${new TextDecoder().decode(stderr)}`);
}
