import { UserError } from "../errors.ts";
import { type Digest, isDigest } from "../model/digest.ts";
import type { LockEntry } from "../model/lock.ts";
import { compareBytes } from "../model/manifest.ts";

const HEADER = "# aero.lock 1: what moving names resolved to. Written by aero; commit it.";

/**
 * The text of `aero.lock`: a header, then one entry a line, sorted, each once; so that two branches merge.
 *
 * @throws {TypeError} if a field is empty or holds white space.
 */
export function writeLock(entries: readonly LockEntry[]): string {
  const lines = new Set(entries.map(writeEntry));
  return [HEADER, ...[...lines].sort(compareBytes), ""].join("\n");
}

/**
 * Reads `aero.lock`. Lines may come in any order and more than once, as a merge leaves them; each entry is given once.
 *
 * @throws {UserError} `lock_invalid` with the line, also on the conflict markers of an unfinished merge and if two
 *   lines resolve one name differently; `lock_newer` if a newer aero wrote it.
 */
export function readLock(text: string): LockEntry[] {
  const entries = new Map<string, { entry: LockEntry; line: string; number: number }>();
  text.split(/\r?\n/).forEach((line, i) => {
    const number = i + 1;
    refuseConflictMarker(line, number);
    refuseNewer(line);
    if (line === "" || line.startsWith("#")) return;
    const entry = readEntry(line);
    if (entry === undefined) throw invalid(number, `it is ${JSON.stringify(line)}, and not an entry`);
    const known = entries.get(subjectOf(entry));
    if (known !== undefined && known.line !== line) {
      throw invalid(number, `it resolves the same name as line ${known.number}, but to something else`);
    }
    entries.set(subjectOf(entry), { entry, line, number });
  });
  return [...entries.values()].map(({ entry }) => entry);
}

function writeEntry(entry: LockEntry): string {
  const line = fieldsOf(entry);
  const wrong = line.find((field) => !/^[^\s]+$/.test(field) || !field.isWellFormed());
  if (wrong !== undefined) throw new TypeError(`Cannot write ${JSON.stringify(wrong)} into aero.lock`);
  return line.join(" ");
}

function fieldsOf(entry: LockEntry): string[] {
  switch (entry.kind) {
    case "base":
      return ["base", entry.reference, entry.platform, entry.image];
    case "image":
      return ["image", entry.source, entry.platform, entry.image];
    case "package":
      return ["package", entry.source, entry.platform, entry.name, entry.version];
  }
}

/** What an entry resolves: all its fields but the last. */
function subjectOf(entry: LockEntry): string {
  return fieldsOf(entry).slice(0, -1).join(" ");
}

function readEntry(line: string): LockEntry | undefined {
  const fields = line.split(" ");
  if (fields.some((field) => field === "" || /\s/.test(field) || !field.isWellFormed())) return undefined;
  const [kind, first, platform, third, fourth] = fields as [string, string, string, string, string];
  if (kind === "package") {
    if (fields.length !== 5 || !isDigest(first)) return undefined;
    return { kind, source: first, platform, name: third, version: fourth };
  }
  if (fields.length !== 4 || !isDigest(third)) return undefined;
  if (kind === "base") return { kind, reference: first, platform, image: third };
  return kind === "image" && isDigest(first)
    ? { kind, source: first as Digest, platform, image: third }
    : undefined;
}

function refuseConflictMarker(line: string, number: number): void {
  if (!/^(?:<{7}|={7}|>{7}|\|{7})(?: |$)/.test(line)) return;
  throw new UserError("lock_invalid", {
    what: "Cannot read aero.lock",
    why: `line ${number} is the conflict marker of an unfinished merge`,
    fix: ["remove the lines with conflict markers and keep the entries of both sides, then `aero build`"],
  });
}

function refuseNewer(line: string): void {
  const version = /^# aero\.lock ([1-9][0-9]{0,5}):/.exec(line)?.[1];
  if (version === undefined || version === "1") return;
  throw new UserError("lock_newer", {
    what: "Cannot read aero.lock",
    why: `it has format ${version}, and this aero knows format 1: it was written by a newer aero`,
    fix: ["update aero to at least the version that wrote it"],
  });
}

function invalid(number: number, why: string): UserError {
  return new UserError("lock_invalid", {
    what: "Cannot read aero.lock",
    why: `line ${number}: ${why}`,
    fix: [`mend or remove line ${number} of aero.lock, then \`aero build\``],
  });
}
