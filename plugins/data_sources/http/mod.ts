import type { DataSourcePlugin } from "../../../core/plugin/data_source.ts";
import { HttpSource } from "./http_source.ts";

/** One file behind an `http` or `https` address. */
export const httpSource: DataSourcePlugin = {
  kind: "data-source",
  name: "http",
  summary: "A file on a web server; copied, since web servers keep no versions",
  schemes: ["https", "http"],
  open: async (url) => await Promise.resolve(HttpSource.open(url)),
};
