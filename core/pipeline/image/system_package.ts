import { UserError } from "../../errors.ts";
import { compareBytes } from "../../model/manifest.ts";

/** A package of the image's own distribution. */
export interface SystemPackage {
  readonly name: string;
  /** As the distribution writes it; without one, what the distribution offers at build time. */
  readonly version?: string;
}

// The names that dpkg, apk and rpm allow, and apt's `name:architecture`. Nothing here means anything to a shell,
// and no name begins with a dash.
const PACKAGE =
  /^([A-Za-z0-9][A-Za-z0-9+._-]{0,127}(?::[a-z0-9]{1,16})?)(?:=([A-Za-z0-9][A-Za-z0-9+._:~-]{0,127}))?$/;

/**
 * Reads `name` and `name=version` entries.
 *
 * @returns Sorted by name, each once.
 * @throws {UserError} `system_package_invalid`; also for one name with two versions.
 */
export function parseSystemPackages(texts: readonly string[]): SystemPackage[] {
  const byName = new Map<string, SystemPackage>();
  for (const text of texts) {
    const [, name, version] = PACKAGE.exec(text) ?? [];
    if (name === undefined) {
      throw new UserError("system_package_invalid", {
        what: `Cannot take ${JSON.stringify(text)} as a system package`,
        why: "a package is its name, or `name=version`, in letters, digits and + . _ - : ~",
      });
    }
    const known = byName.get(name);
    if (known !== undefined && known.version !== version) {
      throw new UserError("system_package_invalid", {
        what: `Cannot install ${JSON.stringify(name)} twice`,
        why: `it is listed as ${known.version ?? "any version"} and as ${version ?? "any version"}`,
      });
    }
    byName.set(name, version === undefined ? { name } : { name, version });
  }
  return [...byName.values()].sort((a, b) => compareBytes(a.name, b.name));
}
