/** A stretch of time, `to` not in it; a point if both are equal. Milliseconds. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

const UNIT_MS = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;

/**
 * Reads a span: `90s`, `1h30m`, `2d`, `1w`, or a number of seconds.
 *
 * @returns Milliseconds; `undefined` if it is none.
 */
export function parseSpan(text: string): number | undefined {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^(?:\d+(?:\.\d+)?[wdhms])+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)([wdhms])/g)) {
    ms += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  }
  return ms;
}

/**
 * Reads a date (`2026-01-31`), a date with a time (`2026-01-31T14:30`, also with seconds and `Z`), or an age (`2d`).
 *
 * @returns What it stands for at a moment; `undefined` if it is none. Without `Z` it is by the local clock.
 */
export function parseInstant(text: string): ((now: number) => Period) | undefined {
  const age = /[wdhms]$/.test(text) ? parseSpan(text) : undefined;
  if (age !== undefined) return (now) => ({ from: now - age, to: now - age });
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?(Z)?)?$/.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const made: [number, number, number, number, number, number] = [
    year!,
    month! - 1,
    day!,
    hour!,
    minute!,
    second!,
  ];
  // Dates roll over: the 31st of February would be taken for a day in March.
  const check = new Date(Date.UTC(...made));
  const parts = [check.getUTCMonth(), check.getUTCDate(), check.getUTCHours(), check.getUTCMinutes()];
  if (parts.some((part, i) => part !== made[i + 1]) || second! > 59) return undefined;
  const utc = match[7] === "Z";
  const next = [...made] as typeof made;
  next[match[4] === undefined ? 2 : match[6] === undefined ? 4 : 5]! += 1;
  const toMs = (at: typeof made) => utc ? Date.UTC(...at) : new Date(...at).getTime();
  return () => ({ from: toMs(made), to: toMs(next) });
}
