/** The words that start this very program again, as another process: whole paths, without its arguments. */
export function selfCommand(): readonly string[] {
  if (Deno.build.standalone) return [Deno.execPath()];
  const source = decodeURIComponent(new URL(Deno.mainModule).pathname);
  return [Deno.execPath(), "run", "--allow-all", "--no-check", source];
}
