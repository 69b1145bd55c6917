import type { App } from "../app.ts";
import type { JsonObject } from "../model/json.ts";
import { namedOrigin } from "../open_sources.ts";
import { importData, type ImportedData } from "./import_data.ts";
import { saidOf, type SaidOfData, storeData } from "./store_data.ts";

/** Where data is to come from. */
export interface AddressedData extends SaidOfData {
  /** An address, or an absolute path. */
  readonly from: string;
  readonly name: string;
  readonly copy: boolean;
  /** What the data source needs beside the address. */
  readonly options: JsonObject;
}

/** Makes data at an address, or at a path of this machine, a version of an artifact. @throws as {@link importData}. */
export async function importOrAdd(app: App, data: AddressedData): Promise<ImportedData> {
  const { from, name, copy, options } = data;
  const said = saidOf(data);
  if (from.startsWith("/")) return { ...await storeData(app, from, { name, ...said }), inPlace: false };
  const { config } = await app.openProject();
  const origin = await namedOrigin(app, from, options, config.storage);
  const imported = await importData(app, { name, copy, origin, ...said });
  if (imported === undefined) throw new TypeError("A first import has nothing before it to be equal to");
  return imported;
}
