import { type FileEntry, filesOf, type Manifest } from "../model/manifest.ts";
import { hashFile } from "./hash_file.ts";

/** Stamps of files by path, as text that is compared whole. */
export type TreeStamps = Readonly<Record<string, string>>;

/** The stamps of a manifest's files under `directory`. @throws {Deno.errors.NotFound} if one is not there. */
export function stampFiles(directory: string, content: Manifest): TreeStamps {
  return Object.fromEntries(filesOf(content).map(({ path }) => [path, stampOf(`${directory}/${path}`)]));
}

/**
 * Checks files against a manifest: those whose stamp is as it was are trusted, the others are read.
 *
 * @returns The stamps of today, or `undefined` if a file is not what the manifest says.
 */
export function recheckFiles(
  directory: string,
  content: Manifest,
  before: TreeStamps,
): TreeStamps | undefined {
  const now: Record<string, string> = {};
  try {
    for (const entry of content.entries) {
      const path = `${directory}/${entry.path}`;
      if (entry.kind === "link") {
        if (Deno.readLinkSync(path) !== entry.target) return undefined;
        continue;
      }
      const stamp = stampOf(path);
      if (stamp !== before[entry.path] && !isRight(path, entry)) return undefined;
      now[entry.path] = stamp;
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    if (error instanceof Deno.errors.InvalidData || error instanceof TypeError) return undefined;
    throw error;
  }
  return now;
}

function stampOf(path: string): string {
  const { size, mtime, ctime, ino, dev, mode, isFile } = Deno.lstatSync(path);
  return `${size} ${mtime?.getTime()} ${ctime?.getTime()} ${ino} ${dev} ${mode} ${isFile}`;
}

function isRight(path: string, entry: FileEntry): boolean {
  const { isFile, size, mode } = Deno.lstatSync(path);
  const executable = ((mode ?? 0) & 0o100) !== 0;
  return isFile && size === entry.size && executable === entry.executable && hashFile(path) === entry.digest;
}
