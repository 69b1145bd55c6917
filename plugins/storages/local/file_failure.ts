import { isAbort } from "../../../core/errors.ts";
import { StorageError, type StorageErrorCode } from "../../../core/plugin/storage.ts";

const CODES: Readonly<Record<string, StorageErrorCode>> = {
  ENOSPC: "full",
  EDQUOT: "full",
  EACCES: "denied",
  EPERM: "denied",
  EROFS: "denied",
  ENOTSUP: "denied",
  EOPNOTSUPP: "denied",
  ENOSYS: "denied",
  EFBIG: "full",
};

const MEANINGS: Readonly<Record<string, string>> = {
  EDQUOT: "the quota is used up",
  EACCES: "access is not permitted",
  EPERM: "the operation is not permitted",
  EROFS: "the file system is read-only",
  ENOTSUP: "the file system does not support it",
  EOPNOTSUPP: "the file system does not support it",
  ENOSYS: "the file system does not support it",
  EFBIG: "the file system does not hold files as large",
  EIO: "the device reports an input/output error",
  EMFILE: "this process has too many open files",
  ENFILE: "this machine has too many open files",
  ESTALE: "the file handle is stale, as after a server restart",
};

/** The operating system's name of an error, such as `ENOSPC`; `undefined` if it is not the system's. */
export function systemCode(error: unknown): string | undefined {
  if (error instanceof Deno.errors.NotCapable) return "EACCES";
  if (!(error instanceof Error)) return undefined;
  const code = (error as Error & { code?: unknown }).code;
  if (typeof code === "string" && /^E[A-Z0-9]+$/.test(code)) return code;
  // 122 is EDQUOT on Linux, for systems on which it comes without a name.
  return /\(os error 122\)/.test(error.message)
    ? "EDQUOT"
    : /\(os error [0-9]+\)/.test(error.message)
    ? "EIO"
    : undefined;
}

/** Whether the error says that nothing can be at this path: a part is missing, is a file, or is too long. */
export function saysAbsent(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR", "ENAMETOOLONG"].includes(systemCode(error) ?? "");
}

/**
 * Tells the file system's error as the storage's. A missing file is `unavailable`: where it would mean an absent
 * object, the caller has to say so.
 *
 * @param what The report's `what`.
 * @param path The file or directory at fault.
 * @returns A {@link StorageError}; or `error` itself if the file system did not raise it.
 */
export async function fileFailure(what: string, path: string, error: unknown): Promise<unknown> {
  const name = systemCode(error);
  if (name === undefined || error instanceof StorageError || isAbort(error)) return error;
  const code = CODES[name] ?? "unavailable";
  const meaning = `${path}: ${MEANINGS[name] ?? (error as Error).message} (${name})`;
  switch (code) {
    case "full":
      return new StorageError(code, {
        what,
        why: name === "ENOSPC" ? await freeSpace(path) : meaning,
        fix: [
          `see what uses the space: \`df -h ${await nearestThere(path)}\``,
          "free some, or set `storage.path` to another disk",
        ],
      }, { cause: error });
    case "denied":
      return new StorageError(code, {
        what,
        why: meaning,
        fix: name === "EROFS"
          ? ["have it mounted for writing, or set `storage.path` to another disk"]
          : [`see who may use it: \`ls -ld ${await nearestThere(path)}\``],
      }, { cause: error });
    default:
      return new StorageError(code, {
        what,
        why: meaning,
        fix: [`see whether the disk or mount is there: \`df -h ${await nearestThere(path)}\``],
      }, { cause: error });
  }
}

/** The path, or the directory above it that is there: what can be looked at. */
async function nearestThere(path: string): Promise<string> {
  for (let at = path; at.lastIndexOf("/") > 0; at = at.slice(0, at.lastIndexOf("/"))) {
    try {
      await Deno.lstat(at);
      return at;
    } catch (error) {
      // One that nobody may look at is there.
      if (!saysAbsent(error)) return at;
    }
  }
  return "/";
}

async function freeSpace(path: string): Promise<string> {
  const full = `the file system of ${path} is full`;
  try {
    // Loaded here only: this module is dear at start-up, and nothing but this needs it.
    const { statfs } = await import("node:fs/promises");
    const facts = await statfs(path.slice(0, path.lastIndexOf("/")) || "/");
    const bytes = `${inWords(facts.bavail * facts.bsize)} of ${inWords(facts.blocks * facts.bsize)} free`;
    // Types say `files`; some file systems have no fixed number of inodes and report 0.
    const inodes = facts.files > 0 && facts.ffree === 0 ? ", and no inode is left for another file" : "";
    return `${full}: ${bytes}${inodes}`;
  } catch {
    return full;
  }
}

function inWords(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
