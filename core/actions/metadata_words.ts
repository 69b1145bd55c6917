import { parseSetting } from "../config/override.ts";
import type { JsonObject } from "../model/json.ts";

/**
 * Reads fields of metadata, `name=value` each, as params are read. A dot in a name is a part of it.
 *
 * @throws {UserError} `override_invalid`, `params_invalid`.
 */
export function parseMetadata(words: readonly string[]): JsonObject {
  const fields = words.map((word) => parseSetting(word, "a field of metadata"));
  return Object.fromEntries(fields.map(({ path, value }) => [path, value]));
}
