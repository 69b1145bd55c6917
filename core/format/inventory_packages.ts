import { CorruptionError } from "../errors.ts";
import { isJsonObject, type JsonValue } from "../model/json.ts";
import { compareBytes } from "../model/manifest.ts";

/**
 * The packages of a CycloneDX document: `name@ecosystem` (`numpy@pypi`, `libc6@deb`) to version. Several versions
 * of one package are sorted and joined by `, `.
 *
 * @throws {CorruptionError} `inventory_invalid`.
 */
export function packagesOf(document: Uint8Array): Map<string, string> {
  const found = new Map<string, Set<string>>();
  for (const component of componentsOf(document)) {
    if (!isJsonObject(component)) throw invalid("a component is not an object");
    const { name, version, purl, type } = component;
    if (typeof name !== "string") throw invalid("a component has no name");
    const ecosystem = typeof purl === "string" ? /^pkg:([a-z0-9.+-]+)\//.exec(purl)?.[1] : undefined;
    const key = `${name}@${ecosystem ?? String(type)}`;
    found.set(key, (found.get(key) ?? new Set()).add(typeof version === "string" ? version : ""));
  }
  return new Map(
    [...found].sort(([a], [b]) => compareBytes(a, b))
      .map(([key, versions]) => [key, [...versions].sort(compareBytes).join(", ")]),
  );
}

function componentsOf(document: Uint8Array): readonly JsonValue[] {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(document));
  } catch (cause) {
    throw invalid("it is not JSON", { cause });
  }
  if (!isJsonObject(value) || value.bomFormat !== "CycloneDX") {
    throw invalid("it is not a CycloneDX document");
  }
  const components = value.components ?? [];
  if (!Array.isArray(components)) throw invalid("its components are not a list");
  return components;
}

function invalid(why: string, options?: ErrorOptions): CorruptionError {
  return new CorruptionError(
    "inventory_invalid",
    { what: "Cannot read the inventory of an image", why },
    options,
  );
}
