import { CorruptionError } from "../errors.ts";
import { isDigest } from "../model/digest.ts";
import { compareBytes, type LinkEntry, type Manifest, type ManifestEntry } from "../model/manifest.ts";
import { leavingLink } from "../model/leaving_link.ts";
import { linkTargetInside, type RelativePath } from "../model/relative_path.ts";
import { isSafePath } from "../model/safe_path.ts";

/**
 * The bytes of a manifest: one canonical JSON object a line, sorted by the bytes of the path.
 *
 * The digest of these bytes is the artifact's identity. No entries give no bytes.
 *
 * @throws {TypeError} if the entries are not a manifest: unsorted, doubled, or with a path that is not safe.
 */
export function writeManifest(manifest: Manifest): Uint8Array<ArrayBuffer> {
  const order = new EntryOrder();
  const lines: string[] = [];
  for (const entry of manifest.entries) {
    const fault = faultOfEntry(entry) ?? order.faultOfNext(entry);
    if (fault !== undefined) {
      throw new TypeError(`Cannot write a manifest: ${JSON.stringify(entry.path)} ${fault}`);
    }
    lines.push(writeEntry(entry));
  }
  const leaving = leavingLink(linksOf(manifest.entries));
  if (leaving) {
    throw new TypeError(`Cannot write a manifest: ${JSON.stringify(leaving.path)} leaves the artifact`);
  }
  return new TextEncoder().encode(lines.join(""));
}

/**
 * Reads a manifest.
 *
 * @throws {CorruptionError} `manifest_invalid` with the line, if it is not what {@link writeManifest} makes;
 *   `manifest_unsupported` if an entry is of a kind that this aero does not know.
 */
export function readManifest(bytes: Uint8Array): Manifest {
  const text = decode(bytes);
  const entries: ManifestEntry[] = [];
  const order = new EntryOrder();
  let start = 0;
  while (start < text.length) {
    const number = entries.length + 1;
    const end = text.indexOf("\n", start);
    if (end < 0) throw invalid(number, "it has no end");
    const line = text.slice(start, end + 1);
    const entry = readEntry(line, number);
    const fault = faultOfEntry(entry) ?? order.faultOfNext(entry);
    if (fault !== undefined) throw invalid(number, `${JSON.stringify(entry.path)} ${fault}`);
    if (writeEntry(entry) !== line) throw invalid(number, "it is not canonical JSON");
    entries.push(entry);
    start = end + 1;
  }
  const leaving = leavingLink(linksOf(entries));
  if (leaving) {
    throw invalid(
      entries.indexOf(leaving) + 1,
      `${JSON.stringify(leaving.path)} is a link that leaves the artifact through others`,
    );
  }
  return { entries };
}

function linksOf(entries: readonly ManifestEntry[]): LinkEntry[] {
  return entries.filter((entry) => entry.kind === "link");
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new CorruptionError("manifest_invalid", {
      what: "Cannot read a manifest",
      why: "it is not UTF-8",
    }, { cause });
  }
}

function writeEntry(entry: ManifestEntry): string {
  const path = JSON.stringify(entry.path);
  if (entry.kind === "link") return `{"link":${JSON.stringify(entry.target)},"path":${path}}\n`;
  const executable = entry.executable ? `"executable":true,` : "";
  return `{"digest":"${entry.digest}",${executable}"path":${path},"size":${entry.size}}\n`;
}

const FILE_FIELDS = new Set(["digest", "executable", "path", "size"]);
const LINK_FIELDS = new Set(["link", "path"]);

/** Dispatches on the fields; the values of known ones are judged by {@link faultOfEntry}. */
function readEntry(line: string, number: number): ManifestEntry {
  let wire: unknown;
  try {
    wire = JSON.parse(line);
  } catch (cause) {
    throw invalid(number, "it is not JSON", { cause });
  }
  if (typeof wire !== "object" || wire === null || Array.isArray(wire)) {
    throw invalid(number, "it is not a JSON object");
  }
  const fields = wire as Record<string, unknown>;
  const known = "link" in wire ? LINK_FIELDS : FILE_FIELDS;
  for (const field in fields) {
    if (!known.has(field)) throw unsupported(number, field);
  }
  const path = fields.path as RelativePath;
  if (known === LINK_FIELDS) return { kind: "link", path, target: fields.link as string };
  const { digest, size } = fields as unknown as { digest: never; size: number };
  return { kind: "file", path, size, digest, executable: fields.executable !== undefined };
}

function faultOfEntry(entry: ManifestEntry): string | undefined {
  if (typeof entry.path !== "string" || !isSafePath(entry.path)) return "is not a safe path";
  if (entry.kind === "link") {
    if (typeof entry.target !== "string" || !entry.target.isWellFormed()) return "is not a link to a text";
    return linkTargetInside(entry.path, entry.target) === undefined
      ? "is a link that leaves the artifact"
      : undefined;
  }
  if (typeof entry.digest !== "string" || !isDigest(entry.digest)) return "has no digest";
  return Number.isSafeInteger(entry.size) && entry.size >= 0 ? undefined : "has no size";
}

/** Keeps what earlier entries say about the next one. */
class EntryOrder {
  #last = "";
  #lastFolder = "";
  readonly #paths = new Set<string>();

  faultOfNext({ path }: ManifestEntry): string | undefined {
    if (path === this.#last) return "stands there twice";
    if (compareBytes(this.#last, path) > 0) return "is out of order";
    // A folder sorts before what is in it; if it were a link, its files would be written wherever it points.
    const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    if (folder !== this.#lastFolder) {
      for (let part = folder; part !== ""; part = part.slice(0, Math.max(0, part.lastIndexOf("/")))) {
        if (this.#paths.has(part)) return `lies in ${JSON.stringify(part)}, which is not a folder`;
      }
      this.#lastFolder = folder;
    }
    this.#paths.add(path);
    this.#last = path;
    return undefined;
  }
}

function invalid(line: number, why: string, options?: ErrorOptions): CorruptionError {
  return new CorruptionError("manifest_invalid", {
    what: "Cannot read a manifest",
    why: `in line ${line}, ${why}`,
  }, options);
}

function unsupported(line: number, field: string): CorruptionError {
  return new CorruptionError("manifest_unsupported", {
    what: "Cannot read a manifest",
    why: `line ${line} has the field ${JSON.stringify(field)}, which this aero does not know`,
    fix: ["update aero: a newer one may have written it"],
  });
}
