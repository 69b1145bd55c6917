import { canonicalJsonBytes } from "../../format/canonical_json.ts";
import type { Digest } from "../../model/digest.ts";
import type { JsonObject } from "../../model/json.ts";
import { compareBytes } from "../../model/manifest.ts";

/** A package, interpreter or the system of an image. */
export interface InventoryComponent {
  /** Where it comes from: the type of its package URL. */
  readonly ecosystem: "deb" | "apk" | "rpm" | "pypi" | "conda" | "generic";
  readonly name: string;
  readonly version: string;
  /** @see purl-spec, "Package URL specification" */
  readonly purl: string;
}

/** What was found in an image. */
export interface Inventory {
  /** Sorted by package URL, each once. */
  readonly components: readonly InventoryComponent[];
  /** Fields of os-release; empty if the image has none. */
  readonly system: Readonly<Record<string, string>>;
  /** Whether the image could be looked into to the end; if not, more may be inside. */
  readonly complete: boolean;
}

/**
 * Reads what the inventory script printed. Lines that it does not print are passed over, so that odd packages
 * cannot stop a build.
 */
export function parseInventory(output: string): Inventory {
  const lines = output.split("\n").map((line) => line.replace(/\r$/, "").split("\t"));
  const system: Record<string, string> = Object.create(null);
  for (const [kind, field = ""] of lines) {
    const [, key, value] = kind === "os" ? /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(field) ?? [] : [];
    if (key !== undefined && value !== undefined) system[key] = value.replace(/^(["'])(.*)\1$/, "$2");
  }
  const found = new Map<string, InventoryComponent>();
  for (const line of lines) {
    const component = componentOf(line, system);
    if (component !== undefined) found.set(component.purl, component);
  }
  return {
    components: [...found.values()].sort((a, b) => compareBytes(a.purl, b.purl)),
    system: { ...system },
    complete: lines.some((line) => line.length === 1 && line[0] === "end"),
  };
}

function componentOf(
  [kind, first = "", second = "", third = "", fourth = ""]: readonly string[],
  system: Readonly<Record<string, string>>,
): InventoryComponent | undefined {
  const distribution = (system.ID ?? "").toLowerCase();
  const distro = [distribution, system.VERSION_ID].filter((part) => part).join("-");
  const name = first.trim(), version = second.trim();
  switch (kind) {
    case "deb":
      if (fourth !== "" && fourth !== "installed") return undefined;
      return make("deb", distribution || "debian", name, version, { arch: third, distro });
    case "apk":
      return make("apk", distribution || "alpine", name, version, { arch: third, distro });
    case "rpm":
      // Not a package: rpm's way to hold the keys that it trusts.
      if (name === "gpg-pubkey") return undefined;
      return make("rpm", distribution, name, version.replace(/^\(none\):/, ""), { arch: third, distro });
    case "pip":
      return make("pypi", "", name.toLowerCase().replaceAll(/[-_.]+/g, "-"), version, {});
    case "conda": {
      const [, package_, condaVersion, build] = /^(.+)-([^-]+)-([^-]+)$/.exec(name) ?? [];
      if (package_ === undefined || condaVersion === undefined) return undefined;
      return make("conda", "", package_, condaVersion, { build: build ?? "" });
    }
    case "tool": {
      const number = /\d+(?:\.\d+)+[A-Za-z0-9.+-]*/.exec(version)?.[0];
      return number === undefined
        ? undefined
        : make("generic", "", name === "python3" ? "python" : name, number, {});
    }
    default:
      return undefined;
  }
}

function make(
  ecosystem: InventoryComponent["ecosystem"],
  namespace: string,
  name: string,
  version: string,
  qualifiers: Readonly<Record<string, string>>,
): InventoryComponent | undefined {
  if (name === "" || version === "" || !name.isWellFormed() || !version.isWellFormed()) return undefined;
  const path = [namespace, name].filter((part) => part !== "").map(encodeURIComponent).join("/");
  const query = Object.entries(qualifiers).filter(([, value]) => value !== "" && value.isWellFormed())
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`).sort().join("&");
  const purl = `pkg:${ecosystem}/${path}@${encodeURIComponent(version)}${query === "" ? "" : `?${query}`}`;
  return { ecosystem, name, version, purl };
}

/**
 * The bytes of an inventory as a CycloneDX 1.6 document: canonical JSON, without time or serial number, so that
 * equal images have equal documents.
 *
 * @see {@link https://cyclonedx.org/docs/1.6/json/}
 */
export function writeInventory(
  inventory: Inventory,
  image: Digest,
  platform: string,
): Uint8Array<ArrayBuffer> {
  const { system, complete } = inventory;
  const components: JsonObject[] = inventory.components.map(({ ecosystem, name, version, purl }) => ({
    "bom-ref": purl,
    type: ecosystem === "generic" ? "application" : "library",
    name,
    version,
    purl,
  }));
  if (system.ID !== undefined) {
    components.unshift({
      "bom-ref": "operating-system",
      type: "operating-system",
      name: system.ID,
      ...system.VERSION_ID !== undefined && { version: system.VERSION_ID },
      ...system.PRETTY_NAME !== undefined && { description: system.PRETTY_NAME },
    });
  }
  return canonicalJsonBytes({
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        "bom-ref": image,
        type: "container",
        name: image,
        version: image,
        properties: [
          { name: "aero:complete", value: String(complete) },
          { name: "aero:platform", value: platform },
        ],
      },
    },
    components,
  });
}
