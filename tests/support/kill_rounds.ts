/** How often a crash test kills its child: `AERO_KILL_ROUNDS`, or a few. */
export function killRounds(fewest = 4, named = Deno.env.get("AERO_KILL_ROUNDS")): number {
  return named === undefined || named === "" ? fewest : Math.max(1, Number(named));
}
