import type { App } from "../app.ts";
import type { JsonObject } from "../model/json.ts";
import { importData, type ImportedData, originOf } from "./import_data.ts";
import { storeData } from "./store_data.ts";

/** Where data is to come from. */
export interface AddressedData {
  /** An address, or an absolute path. */
  readonly from: string;
  readonly name: string;
  readonly copy: boolean;
  /** What the data source needs beside the address. */
  readonly options: JsonObject;
  readonly message?: string;
}

/** Makes data at an address, or at a path of this machine, a version of an artifact. @throws as {@link importData}. */
export async function importOrAdd(app: App, data: AddressedData): Promise<ImportedData> {
  const { from, name, copy, options } = data;
  const message = data.message === undefined ? {} : { message: data.message };
  if (from.startsWith("/")) return { ...await storeData(app, from, { name, ...message }), inPlace: false };
  const imported = await importData(app, { name, copy, origin: originOf(from, options), ...message });
  if (imported === undefined) throw new TypeError("A first import has nothing before it to be equal to");
  return imported;
}
