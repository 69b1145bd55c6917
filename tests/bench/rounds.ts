/** Numbers of several contenders, each as many as there were rounds. */
export type Rounds<Name extends string> = Readonly<Record<Name, readonly number[]>>;

/**
 * Measures contenders in turn, so that what else the machine does hits all alike. A round before the first warms up.
 *
 * @param contenders Each gives one number; what it prepares is its own affair.
 */
export async function interleave<Name extends string>(
  rounds: number,
  contenders: Readonly<Record<Name, () => Promise<number>>>,
  options: { readonly warmUp?: boolean } = {},
): Promise<Rounds<Name>> {
  const names = Object.keys(contenders) as Name[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  if (options.warmUp ?? true) { for (const name of names) await contenders[name](); }
  for (let round = 0; round < rounds; round++) {
    // Each round begins with another contender, since the first after a pause may find a slower machine.
    for (let i = 0; i < names.length; i++) {
      const name = names[(round + i) % names.length]!;
      measured[name].push(await contenders[name]());
    }
  }
  return measured;
}

/** The middle value; of an even count, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("The median of no values");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Round by round, one contender's number over the other's. */
export function ratios(values: readonly number[], base: readonly number[]): number[] {
  return values.map((value, round) => value / base[round]!);
}
