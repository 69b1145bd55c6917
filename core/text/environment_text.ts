import type { ShownEnvironment } from "../actions/shown_environments.ts";
import { formatBytes } from "../cli/human.ts";
import type { Style } from "../cli/style.ts";
import { textTable } from "../cli/text_table.ts";
import { hostFacts } from "./host_facts.ts";

/** What some stages run in, for people. */
export function environmentText(shown: ShownEnvironment, style: Style): string {
  const facts: (readonly [string, string | undefined])[] = [
    ["kind", shown.kind === "host" ? "host: described, not kept" : `container (${shown.use})`],
    ["from", shown.from],
    ["image", imageText(shown, style)],
    ["platform", shown.platform],
    ["system packages", shown.systemPackages.join(", ")],
    ["python lock", shown.pythonLock],
    ["network", shown.network],
    ["variables", Object.entries(shown.env).map(([name, value]) => `${name}=${value}`).join(" ")],
    [
      "secrets",
      shown.secrets.map(({ name, set }) => set ? name : `${name} ${style.red("(not set)")}`).join(", "),
    ],
    ["engine flags", shown.runArgs.join(" ")],
    ["limits", limitsText(shown)],
    ["packages", Object.entries(shown.inventory ?? {}).map(([kind, count]) => `${count} ${kind}`).join(", ")],
    ["logging APIs", apisText(shown)],
    ["host", shown.host === undefined ? undefined : hostFacts(shown.host).join("; ")],
  ];
  const title = shown.stages.length === 0 ? "no stage yet" : shown.stages.join(", ");
  return [
    style.bold(title),
    ...facts.flatMap(([name, value]) =>
      value === undefined || value === "" ? [] : [`  ${name.padEnd(15)}  ${value}`]
    ),
    ...(shown.problem?.fix ?? []).map((fix) => `  ${style.cyan("hint:")} ${fix}`),
    ...(shown.packages === undefined ? [] : ["", packageTable(shown.packages, style)]),
  ].join("\n").trimEnd();
}

function imageText({ image, problem, kept, kind }: ShownEnvironment, style: Style): string | undefined {
  if (kind === "host") return undefined;
  if (image === undefined) return `${style.red("not known")}: ${problem?.why ?? ""}`;
  return `${style.cyan(image)}${kept ? ", in the storage" : style.yellow(", not yet in the storage")}`;
}

const ALL_THE_SAME = "environment.logging_apis serves it all the same";

// By the reasons that `aero env show --json` has.
const UNSERVED = {
  left_out: (names) => `environment.logging_apis leaves out ${names}`,
  own_server: (names) => `the project names a server of its own for ${names}`,
  system: () => "containers are served on Linux alone",
  image_unknown: () => `what the image holds is not known; ${ALL_THE_SAME}`,
  no_library: (names) => `the image has no ${names}; ${ALL_THE_SAME}`,
  no_python: () => `the image has no python3, which serving takes; ${ALL_THE_SAME}`,
} as const satisfies Record<ShownEnvironment["unservedApis"][number]["why"], (names: string) => string>;

function apisText({ programApis, unservedApis }: ShownEnvironment): string {
  if (programApis.length > 0) return programApis.join(", ");
  const reasons = Map.groupBy(unservedApis, ({ why }) => why);
  const texts = [...reasons].map(([why, apis]) => UNSERVED[why](apis.map(({ name }) => name).join(", ")));
  return texts.length === 0 ? "none" : `none: ${texts.join("; ")}`;
}

function limitsText({ limits: { cpus, memoryBytes, gpus } }: ShownEnvironment): string {
  return [
    ...(cpus === undefined ? [] : [`${cpus} cpus`]),
    ...(memoryBytes === undefined ? [] : [formatBytes(memoryBytes)]),
    ...(gpus === undefined ? [] : [`gpus ${gpus}`]),
  ].join(", ");
}

function packageTable(packages: NonNullable<ShownEnvironment["packages"]>, style: Style): string {
  return textTable(packages, [
    { title: "PACKAGE", value: ({ name }) => name, paint: style.cyan, shrink: false },
    { title: "VERSION", value: ({ version }) => version },
    { title: "FROM", value: ({ ecosystem }) => ecosystem, paint: style.dim },
  ], style);
}
