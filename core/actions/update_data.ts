import type { App } from "../app.ts";
import { UserError } from "../errors.ts";
import { digestOf } from "../format/digest_of.ts";
import { writeImport } from "../format/import_format.ts";
import { type KnownVersion, labelName } from "../model/lineage.ts";
import type { ImportRecord } from "../model/import.ts";
import { digestInPlace, isUnchanged, listSource } from "../store/import_tree.ts";
import { listImports } from "../store/imports.ts";
import type { Store } from "../store/store.ts";
import { importData } from "./import_data.ts";
import { storeData } from "./store_data.ts";

/** What became of one artifact. */
export interface UpdatedData {
  readonly type: "data-update";
  readonly project: string;
  readonly artifact: string;
  /** Address or path that was looked at. */
  readonly from: string;
  readonly state: "unchanged" | "updated" | "would_update";
  /** `v3`: before. */
  readonly before: string;
  /** `v4`; as before where nothing was added. */
  readonly label: string;
}

/**
 * Looks whether artifacts have newer data where they came from, and makes what it finds their newest version.
 *
 * @param names Of the project's artifacts; empty: all whose newest version was imported.
 * @param options.dryRun Lists and compares, and adds nothing.
 * @throws {UserError} `project_not_found`, `artifact_not_found`; `data_not_imported` for one that a run made, or whose path is another machine's.
 */
export async function* updateData(
  app: App,
  names: readonly string[],
  options: { readonly dryRun: boolean },
): AsyncGenerator<UpdatedData> {
  // A new version is this project's, as what `aero data add` stores.
  await app.requireRoot();
  const { services: { catalog, store }, config } = await app.openProject();
  const wanted = names.length > 0 ? names : (await catalog.names(config.project)).map(({ name }) => name);
  for (const name of wanted) {
    const label = await catalog.resolve({
      artifact: { project: config.project, name },
      version: { by: "latest" },
    });
    if (label.origin.kind === "imported") yield await updateImport(app, label, store, options.dryRun);
    else if (names.length > 0) yield await updateAdded(app, label, options.dryRun);
  }
}

async function updateImport(
  app: App,
  label: KnownVersion,
  store: Store,
  dryRun: boolean,
): Promise<UpdatedData> {
  if (label.origin.kind !== "imported") throw new TypeError("Only what was imported is looked for again");
  const before = await recordOf(store, label, label.origin.record);
  const { url } = before.origin;
  if (dryRun) {
    const changed = await isChanged(app, before);
    return told(label, url, changed ? "would_update" : "unchanged", labelName(label));
  }
  const stored = await importData(app, {
    name: label.artifact,
    origin: before.origin,
    copy: !before.inPlace,
    before,
  });
  if (!stored?.added) return told(label, url, "unchanged", labelName(label));
  return told(label, url, "updated", labelName(stored.label));
}

/** Whether an update would add a version; where only the bytes tell, as copies without an etag, it may. */
async function isChanged(app: App, before: ImportRecord): Promise<boolean> {
  const { openSource } = await app.openProject();
  const source = await openSource(before.origin);
  const listed = await listSource(source, { signal: app.signal });
  if (isUnchanged(listed, before.files)) return false;
  if (!before.inPlace) return true;
  const files = await digestInPlace(source, listed, before.files, { signal: app.signal });
  return files.length !== before.files.length ||
    files.some(({ path, digest }, i) => path !== before.files[i]!.path || digest !== before.files[i]!.digest);
}

async function updateAdded(app: App, label: KnownVersion, dryRun: boolean): Promise<UpdatedData> {
  const { services } = await app.openProject();
  const { origin } = label;
  if (origin.kind !== "added") {
    throw notImported(label, "a run made it", [`make it again: \`aero run\``]);
  }
  const host = await services.describeHost();
  if (origin.host !== host.hostname) {
    throw notImported(
      label,
      `it was added from ${origin.path} at ${origin.host}, and this is ${host.hostname}`,
      [
        `\`aero data add PATH --name ${label.artifact}\``,
      ],
    );
  }
  if (dryRun) {
    throw notImported(label, "only reading it tells whether it changed", [
      `\`aero data update ${label.artifact}\`, which adds a version only if it did`,
    ]);
  }
  const { label: newest, added } = await storeData(app, origin.path, { name: label.artifact });
  return told(label, origin.path, added ? "updated" : "unchanged", labelName(newest));
}

async function recordOf(store: Store, label: KnownVersion, digest: string): Promise<ImportRecord> {
  const records = await listImports(store, { manifest: label.manifest.digest });
  const record = records.find((record) => digestOf(writeImport(record)) === digest);
  if (record === undefined) {
    throw notImported(label, "the record of its import is not in the storage any more", [
      "`aero storage fsck`",
    ]);
  }
  return record;
}

function told(label: KnownVersion, from: string, state: UpdatedData["state"], now: string): UpdatedData {
  const { project, artifact } = label;
  return { type: "data-update", project, artifact, from, state, before: labelName(label), label: now };
}

function notImported(label: KnownVersion, why: string, fix: readonly string[]): UserError {
  return new UserError("data_not_imported", {
    what: `Cannot update "${label.artifact}"`,
    why,
    fix,
  });
}
