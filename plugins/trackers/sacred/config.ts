import * as z from "zod";

const text = z.string().min(1, { error: "it is empty" });

/** Config of the sacred tracker: an entry of `trackers`, less `use`. It holds no password. */
export const sacredConfig = z.strictObject({
  uri: text.regex(/^mongodb(\+srv)?:\/\//, {
    error: "write an address, such as mongodb://db.example.org/sacred",
  })
    .refine((uri) => !/^[^/]*\/\/[^/?]*@/.test(uri), {
      error: "an address with a user or a password belongs in a variable; name that in uri_variable",
    }).exactOptional().describe(
      "Address of the server, without user and password; default: that of a variable",
    ),
  uri_variable: text.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: "write the name of a variable" })
    .exactOptional().describe(
      "Variable that holds the address, passwords included; default: AERO_MONGO_URI, or else MONGO_URI",
    ),
  database: text.regex(/^[^/\\. "$*<>:|?]{1,63}$/, { error: "MongoDB takes no such name for a database" })
    .exactOptional().describe("Name of the database; default: that of the address, or sacred"),
  experiment: text.exactOptional().describe(
    "Experiment whose runs are listed; default: the project's. Runs that are sent belong to one with the project's name",
  ),
  omniboard: z.url({ protocol: /^https?$/, error: "write an address, such as http://localhost:9000/sacred" })
    .exactOptional().describe("Address of Omniboard for this database, for links; default: none"),
}).refine(({ uri, uri_variable: variable }) => uri === undefined || variable === undefined, {
  error: "write either uri or uri_variable",
  path: ["uri"],
});

/** What {@link sacredConfig} reads. */
export type SacredConfig = z.infer<typeof sacredConfig>;
