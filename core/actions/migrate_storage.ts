import { stringify } from "yaml";
import type { App } from "../app.ts";
import type { PluginSection } from "../config/project_config.ts";
import { UserError } from "../errors.ts";
import { openPlace } from "../open_place.ts";
import { type Migrated, migrateStore } from "../store/migrate_store.ts";

/** Something that is damaged, in the old storage or the new one. */
export interface MigrationFault {
  readonly type: "migrate-fault";
  readonly where: "from" | "to";
  readonly key: string;
  readonly message: string;
}

/** What a migration came to. */
export interface StorageMigrated extends Migrated {
  readonly type: "migrate";
  readonly from: string;
  readonly to: string;
  readonly faults: number;
  /** Whether all that is in the new storage was read and checked. */
  readonly verified: boolean;
  /** The line of `aero.yaml` that uses the new storage. */
  readonly config: string;
}

/**
 * Copies all that one storage has to another, with progress.
 *
 * @param places As {@link openPlace} reads them.
 * @throws {UserError} `place_invalid`, `store_not_found`, `names_conflict`, `same_storage`.
 */
export async function* migrateStorage(
  app: App,
  places: { readonly from: string; readonly to: string },
  options: { readonly verify: boolean },
): AsyncGenerator<MigrationFault | StorageMigrated> {
  const from = await openPlace(app, places.from, { exists: true });
  const to = await openPlace(app, places.to);
  const { location } = to.store.storage;
  if (from.store.storage.location === location) throw sameStorage(location);
  if (from.hasWaiting) {
    app.printer.warn("what waits on this machine for the old storage is not copied: `aero push` sends it");
  }
  using progress = app.printer.progress({ label: `Copying to ${location}`, unit: "bytes" });
  let total = 0, copied = 0, faults = 0;
  const migration = migrateStore(from.store, to.store, {
    signal: app.signal,
    verify: options.verify,
    onTotal: (bytes) => progress.setTotal(total = Math.max(total, copied + bytes)),
    onCopied(bytes) {
      copied += bytes;
      progress.add(bytes);
    },
  });
  let next = await migration.next();
  for (; !next.done; next = await migration.next()) {
    faults++;
    yield next.value.event === "damaged"
      ? { type: "migrate-fault", where: "from", key: next.value.key, message: next.value.message }
      : {
        type: "migrate-fault",
        where: "to",
        key: next.value.finding.key,
        message: next.value.finding.message,
      };
  }
  yield {
    type: "migrate",
    from: from.store.storage.location,
    to: location,
    ...next.value,
    faults,
    verified: options.verify,
    config: configLine(to.section, places.to),
  };
}

/** The line of `aero.yaml` that uses what was typed as `place`, without what a profile of the user says. */
export function configLine({ use, options }: PluginSection, place: string): string {
  // A profile says it shorter, and may hold what a project's file should not.
  if (/^[A-Za-z0-9_-]+$/.test(place) && Object.keys(options).length > 0) {
    return `storage: { use: ${use}, profile: ${place} }`;
  }
  // Of what was typed with the name of a profile, the profile's own options are the user's, not the project's.
  const typed = /^[a-z_]+=/.test(place)
    ? Object.fromEntries(Object.entries(options).filter(([key]) => `,${place}`.includes(`,${key}=`)))
    : options;
  return stringify({ storage: { use, ...typed } }, { collectionStyle: "flow", lineWidth: 0 })
    .trim().replace(/^\{ | \}$/g, "");
}

function sameStorage(location: string): UserError {
  return new UserError("same_storage", {
    what: `Cannot copy ${location} to itself`,
    why: "both places are one storage",
  });
}
