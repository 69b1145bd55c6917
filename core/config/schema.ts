// deno-lint-ignore-file camelcase -- keys are written here as files have them
import * as z from "zod";
import { UserError } from "../errors.ts";
import { isName, parseArtifactReference } from "../model/name.ts";
import { parseParams } from "../model/params.ts";
import { parseRelativePath } from "../model/relative_path.ts";
import { refusedFlag } from "../plugin/engine_flags.ts";
import { parseImageReference } from "../plugin/environment.ts";
import { parseSize } from "./quantity.ts";

const NAME_RULE =
  "a name has 1 to 128 letters, digits, dots, underscores and dashes, and begins and ends with a letter or digit";

const name = z.string().refine(isName, { error: NAME_RULE });

/** Text that a program can be given: no system passes on a NUL, and lone surrogates are no text to any. */
const passable = z.string().refine((text) => text.isWellFormed() && !text.includes("\0"), {
  error: "it has a NUL, or is not valid Unicode",
});
const filled = passable.min(1, { error: "it is empty" });

/** A text that `parse` takes; its complaint becomes the fault. */
function parsed(parse: (text: string) => unknown): z.ZodType<string> {
  return z.string().superRefine((text, context) => {
    try {
      parse(text);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      context.addIssue({ code: "custom", message: error.report.why ?? error.report.what });
    }
  });
}

/** A path from the project's root; `./` before it and `/` after it count nothing. */
const path = parsed((text) => {
  const bare = text.replace(/^(\.\/)+/, "").replace(/\/+$/, "");
  if (bare !== "." && !(bare === "" && text !== "")) parseRelativePath(bare);
});

const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
  error: "the name of a variable has letters, digits and underscores, and does not begin with a digit",
});
const ownVariable = variable.refine((text) => !text.startsWith("AERO_"), {
  error: "names that begin with AERO_ are set by aero",
});

const plugin = z.looseObject({ use: filled.describe("Name of the plugin") });

const trackers = z.array(z.looseObject({
  use: filled.describe("Kind of tracker"),
  name: name.exactOptional().describe(
    "What ids of its runs begin with, `<name>:<id>`; its kind if left out",
  ),
}));

/** A list in which nothing stands twice. */
function distinct(item: z.ZodType<string>, what: string): z.ZodArray<z.ZodType<string>> {
  return z.array(item).superRefine((items, context) => {
    for (const [i, text] of items.entries()) {
      if (items.indexOf(text) !== i) {
        context.addIssue({
          code: "custom",
          path: [i],
          message: `the ${what} ${JSON.stringify(text)} stands twice`,
        });
      }
    }
  });
}

const limits = z.strictObject({
  cpus: z.number().positive({ error: "it is not above 0" }).exactOptional().describe(
    "Processors, such as 1.5",
  ),
  memory: z.union([
    z.string().refine((text) => (parseSize(text) ?? 0) > 0, { error: "write a size, such as 4g" }),
    z.int().positive(),
  ], { error: "write a size, such as 4g" }).exactOptional().describe("Memory, such as 4g"),
  gpus: z.union([z.string().min(1), z.int().nonnegative()], {
    error: "write all, a count, or the engine's own text",
  })
    .exactOptional().describe("`all`, a count, or what the engine takes"),
}).describe("Ceilings for the program; not part of the version");

const environmentFields = {
  use: filled.exactOptional().describe("Where stages run; `auto` takes the engine that is there"),
  image: parsed(parseImageReference).exactOptional().describe("Base image; its digest is kept in aero.lock"),
  build: z.strictObject({
    dockerfile: path.default("Dockerfile").describe("Path of the Dockerfile"),
    context: path.default(".").describe("Directory that COPY takes files from"),
  }).exactOptional().describe("A Dockerfile in place of an image"),
  system_packages: distinct(filled, "package").exactOptional().describe("Packages of the image's own system"),
  python_lock: path.exactOptional().describe("Lock file of Python packages, with hashes"),
  network: z.enum(["none", "host", "bridge"]).exactOptional().describe(
    "How much of the network a stage sees",
  ),
  env: z.record(ownVariable, passable).exactOptional().describe(
    "Variables for the program; part of the version",
  ),
  secrets: distinct(ownVariable, "secret").exactOptional()
    .describe("Variables passed on by name; their values are never recorded"),
  run_args: z.array(passable).superRefine((words, context) => {
    const refused = refusedFlag(words);
    if (refused === undefined) return;
    const { index, flag, why, fix } = refused;
    context.addIssue({
      code: "custom",
      path: [index],
      message: `${JSON.stringify(flag)} cannot be given: ${why}; ${fix}`,
    });
  }).exactOptional().describe(
    "Extra flags for the engine, for resources, limits and rights only; part of the version",
  ),
  limits: limits.exactOptional(),
  logging_apis: distinct(filled, "API").exactOptional().describe(
    "Logging APIs that programs are served; by what the image holds if left out; not part of the version",
  ),
};

const environment = z.strictObject(environmentFields).superRefine((value, context) => {
  if (value.image !== undefined && value.build !== undefined) {
    context.addIssue({ code: "custom", path: ["build"], message: "image and build exclude each other" });
  }
  for (const secret of value.secrets ?? []) {
    if (value.env !== undefined && Object.hasOwn(value.env, secret)) {
      context.addIssue({
        code: "custom",
        path: ["env", secret],
        message: "it is a secret as well; a value here is recorded",
      });
    }
  }
});

const TOLERANCE_RULE = "write a number that is not below 0, or a part such as 1%";

const tolerance = z.union([
  z.number().nonnegative({ error: TOLERANCE_RULE }),
  z.string().regex(/^\d+(\.\d+)?\s*%$/, { error: TOLERANCE_RULE }),
], { error: TOLERANCE_RULE });

const stage = z.strictObject({
  command: z.union([
    filled,
    z.array(passable).min(1).refine(([program]) => program !== "", {
      error: "the name of the program is empty",
    }),
  ], {
    error: "write a line of text, or a list of a program and its arguments",
  }).describe("What to run; `${params.x}`, `${inputs.x}` and `${outputs.x}` are filled in"),
  inputs: z.record(name, parsed((text) => parseArtifactReference(text, "project"))).exactOptional()
    .describe("Names for the program to artifacts: `data: cleaned`, `data: counts:v3`"),
  outputs: distinct(name, "output").exactOptional().describe("Artifacts that the program writes"),
  metrics: path.exactOptional().describe("A JSON file of numbers that the program writes"),
  code: z.array(path).min(1, { error: "it is empty; leave it out for all files" }).exactOptional()
    .describe("Files that the result depends on; all of them if left out"),
  params: distinct(filled, "param").exactOptional().describe(
    "Params that the stage reads; all of them if left out",
  ),
  tolerance: z.record(filled, tolerance).exactOptional()
    .describe("How far a metric may be off in a rerun: `rmse: 0.01` or `rmse: 1%`"),
  environment: environment.exactOptional().describe("What differs from the project's environment"),
  code_access: z.enum(["copy", "read-only"]).exactOptional().describe(
    "Whether the program may change its copy of the code",
  ),
});

const params = z.custom<Record<string, unknown>>().superRefine((value, context) => {
  try {
    parseParams(value);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const at = error.report.what.replace("Cannot use the value of params", "").replace(/^\./, "");
    context.addIssue({ code: "custom", message: `${at === "" ? "" : `${at}: `}${error.report.why}` });
  }
});

/** What may stand in `aero.yaml`. */
export const PROJECT_SCHEMA = z.strictObject({
  project: name.describe("Name of the project; part of every version"),
  storage: plugin.exactOptional().describe("Where everything is kept, and the options of that plugin"),
  trackers: trackers.exactOptional().describe("Experiment trackers that mirror runs"),
  environment: environment.exactOptional().describe("Where stages run"),
  params: params.exactOptional().describe("Values that the code reads; part of the version"),
  stages: z.record(name, stage).exactOptional().describe("The pipeline, by name"),
});

/** What may stand in the user's own `config.yaml`, and what variables and flags can set. */
export const USER_SCHEMA = z.strictObject({
  storage: plugin.exactOptional().describe("Where everything is kept, for projects that do not say"),
  profiles: z.record(
    filled,
    z.looseObject({ use: filled.exactOptional().describe("Kind of storage it is for") }),
  )
    .exactOptional()
    .describe("Options of storages by a name, taken where a storage says `profile: <name>` and not its own"),
  trackers: trackers.exactOptional()
    .describe(
      "Experiment trackers that mirror runs, for projects that do not say, and where there is no project",
    ),
  environment: z.strictObject({ use: environmentFields.use }).exactOptional()
    .describe("Where stages run, for projects that do not say"),
  cache: z.strictObject({
    directory: filled.exactOptional().describe("Directory of the cache"),
    max_size: z.union([
      z.string().refine((text) => parseSize(text) !== undefined, { error: "write a size, such as 20GB" }),
      z.int().nonnegative(),
    ], { error: "write a size, such as 20GB" }).exactOptional().describe(
      "Size that the cache is kept under, such as 20GB",
    ),
  }).exactOptional().describe("Rebuildable copies, shared by all projects"),
  data: z.strictObject({ directory: filled.exactOptional().describe("Directory of local storage") })
    .exactOptional()
    .describe("Data of this user"),
});

/** `aero.yaml` as it is written. */
export type ProjectFile = z.output<typeof PROJECT_SCHEMA>;

/** The environment section as it is written. */
export type EnvironmentFile = z.output<typeof environment>;

/** `config.yaml` of a user as it is written. */
export type UserFile = z.output<typeof USER_SCHEMA>;
