import type { Digest } from "./digest.ts";

/** What a file system says of a file without reading it. Equal stamps of a settled file mean equal bytes. */
export interface FileStamp {
  /** Bytes. */
  readonly size: number;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
  /** Epoch milliseconds, when content or attributes changed last; the user cannot set it. */
  readonly changedAt: number;
  readonly inode: number;
  readonly device: number;
}

/** A file whose content was read while it had this stamp. */
export interface ScannedFile {
  /** Inside the tree. */
  readonly path: string;
  readonly stamp: FileStamp;
  readonly digest: Digest;
}

/** What a tree of files held at one time. */
export interface TreeScan {
  /** The manifest that was stored for it. */
  readonly manifest: Digest;
  /** When the scan began; epoch milliseconds. */
  readonly scannedAt: number;
  /** Sorted by the bytes of their path. */
  readonly files: readonly ScannedFile[];
}

/** Remembers scans, so that a tree is not read again where nothing changed. May forget at any time. */
export interface ScanMemory {
  /** The last scan of the tree at `root`, an absolute path; only files whose stamps can be trusted. */
  recall(root: string): TreeScan | undefined;
  /** Keeps a scan in place of the one before. */
  remember(root: string, scan: TreeScan): void;
}
