import * as z from "zod";
import { textTable } from "../cli/text_table.ts";
import { type ConfigValue, originText } from "../config/origin.ts";
import { UserError } from "../errors.ts";
import { nearest } from "../model/nearest.ts";
import { type App, defineCommand } from "./define.ts";

/** `aero config show`. */
export const configShow = defineCommand({
  name: ["config", "show"],
  summary: "Show the configuration that is in force",
  description:
    "A value is taken from a flag, else a variable, else aero.yaml, else your own config.yaml, else the default. Where " +
    "there is no project, what holds for you everywhere.",
  examples: [
    { does: "See all values, and where each came from", run: "aero config show --origin" },
    { does: "See one", run: "aero config show environment.use" },
  ],
  positionals: [{ name: "key", describe: "A key, or the beginning of some: environment" }],
  input: z.strictObject({
    key: z.string().exactOptional(),
    origin: z.boolean().default(false).describe("Show where each value came from"),
  }),
  async run({ key }, app) {
    const { values } = await valuesHere(app);
    const shown = key === undefined
      ? values
      : values.filter((value) => value.key === key || value.key.startsWith(`${key}.`));
    if (shown.length === 0) throw unknownKey(key ?? "", values.map((value) => value.key));
    return shown.map((value) => ({ type: "config-value", ...value }));
  },
  text: (values, style, { origin }) =>
    textTable(values, [
      { title: "KEY", value: (value) => value.key, paint: style.cyan, shrink: false },
      { title: "VALUE", value: ({ value }) => typeof value === "string" ? value : JSON.stringify(value) },
      ...(origin
        ? [{
          title: "ORIGIN",
          value: (value: typeof values[number]) => originText(value.origin),
          paint: style.dim,
        }]
        : []),
    ], style),
});

/** The project's values; where there is none, those of the machine and its user. */
async function valuesHere(app: App): Promise<{ readonly values: readonly ConfigValue[] }> {
  if ((await app.place()).root !== undefined) return await app.config();
  app.printer.note("this directory is in no project: this is what holds for you everywhere");
  const { loadSettings } = await import("../config/load.ts");
  return await loadSettings(await app.configSources());
}

function unknownKey(key: string, known: readonly string[]): UserError {
  const near = nearest(key, known);
  return new UserError("config_key_unknown", {
    what: `Cannot show ${JSON.stringify(key)}`,
    why: "no value is set under this key",
    fix: [
      ...(near === undefined ? [] : [`did you mean \`aero config show ${near}\`?`]),
      "see all keys: `aero config list`",
    ],
  });
}
