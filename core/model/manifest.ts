import type { Digest } from "./digest.ts";
import type { RelativePath } from "./relative_path.ts";

/** A regular file of an artifact. */
export interface FileEntry {
  readonly kind: "file";
  readonly path: RelativePath;
  /** Bytes. */
  readonly size: number;
  readonly digest: Digest;
  /** Whether its owner may execute it; no other mode bit is kept. */
  readonly executable: boolean;
}

/** A symbolic link that stays inside the artifact. */
export interface LinkEntry {
  readonly kind: "link";
  readonly path: RelativePath;
  /** As written in the link: relative to the link's own folder. */
  readonly target: string;
}

/** One line of a manifest. Readers dispatch on `kind`. */
export type ManifestEntry = FileEntry | LinkEntry;

/** What is in one version of an artifact: entries sorted by the bytes of their path, each path once. */
export interface Manifest {
  readonly entries: readonly ManifestEntry[];
}

/** The files of a manifest, links left out. */
export function filesOf(manifest: Manifest): FileEntry[] {
  return manifest.entries.filter((entry) => entry.kind === "file");
}

/** Sum of the sizes of all files, in bytes. */
export function totalBytes(manifest: Manifest): number {
  return manifest.entries.reduce((sum, entry) => entry.kind === "file" ? sum + entry.size : sum, 0);
}

/** Orders strings by their UTF-8 bytes, as manifests are sorted. */
export function compareBytes(a: string, b: string): number {
  // UTF-16 and UTF-8 order differ only where a surrogate meets a code unit above it.
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i), y = b.charCodeAt(i);
    if (x === y) continue;
    const xHigh = x >= 0xd800 && x <= 0xdfff, yHigh = y >= 0xd800 && y <= 0xdfff;
    return xHigh === yHigh ? x - y : xHigh ? 1 : -1;
  }
  return a.length - b.length;
}
