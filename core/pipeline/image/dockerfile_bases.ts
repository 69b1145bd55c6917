import { UserError } from "../../errors.ts";
import { type ImageReference, parseImageReference } from "../../plugin/environment.ts";
import { type DockerfileText, type Instruction, parseDockerfile } from "./dockerfile_instructions.ts";

/** A place where a Dockerfile names an image that is not one of its own stages. */
interface BaseUse {
  readonly reference: ImageReference;
  readonly instruction: Instruction;
  /** As the file has it, before variables are put in. */
  readonly written: string;
}

/** The images that a Dockerfile builds on. */
export interface DockerfileBases {
  /** Each once, in order of use; without `scratch` and the file's own stages. */
  readonly references: readonly ImageReference[];
  /**
   * The same file with each of these images named by its digest, or a name that stands for it and does not move.
   *
   * `# syntax=` lines are left out: they make some engines fetch a builder by a name that moves.
   * @throws {TypeError} if `names` lacks one of {@link DockerfileBases.references}.
   */
  pinned(names: ReadonlyMap<ImageReference, string>): string;
}

/**
 * Finds the images that a Dockerfile builds on: `FROM`, `COPY --from` and `RUN --mount=from=`.
 *
 * @param args Build arguments, which go before the defaults in the file.
 * @param platform The platform of the build, `linux/amd64`.
 * @throws {UserError} `dockerfile_unsupported` if a name cannot be told, or an image is of another platform;
 *   `image_reference_invalid`.
 */
export function basesOf(
  text: string,
  args: Readonly<Record<string, string>>,
  platform: string,
): DockerfileBases {
  const file = parseDockerfile(text);
  const uses = usesOf(file, args, platform);
  return {
    references: [...new Set(uses.map((use) => use.reference))],
    pinned: (names) => pin(file, uses, names),
  };
}

function usesOf(file: DockerfileText, args: Readonly<Record<string, string>>, platform: string): BaseUse[] {
  const variables = new Map<string, string>(platformVariables(platform));
  const stages = new Set<string>();
  const uses: BaseUse[] = [];
  const use = (instruction: Instruction, written: string, name: string) => {
    if (name === "scratch" || stages.has(name.toLowerCase()) || /^\d+$/.test(name)) return;
    uses.push({ reference: parseImageReference(name), instruction, written });
  };
  let inStage = false;
  for (const instruction of file.instructions) {
    if (instruction.keyword === "ARG" && !inStage) declare(instruction, variables, args);
    else if (instruction.keyword === "FROM") {
      inStage = true;
      const [written = "", as, stage] = instruction.body.split(/\s+/);
      checkPlatform(instruction, variables, platform);
      use(instruction, written, expand(written, variables, instruction));
      // Added after use: a stage may have the name of its own base.
      if (as?.toLowerCase() === "as" && stage !== undefined) stages.add(stage.toLowerCase());
    } else {
      for (const written of sourcesIn(instruction)) {
        if (written.includes("$")) throw unsupported(instruction, `${written} is not known before the build`);
        use(instruction, written, written);
      }
    }
  }
  if (!inStage) throw unsupported(undefined, "it has no FROM");
  return uses;
}

function declare(
  instruction: Instruction,
  variables: Map<string, string>,
  args: Readonly<Record<string, string>>,
): void {
  for (const word of instruction.rest.match(/[A-Za-z_][A-Za-z0-9_]*(?:=(?:"[^"]*"|'[^']*'|\S*))?/g) ?? []) {
    const [, name = "", value] = /^([^=]*)(?:=([\s\S]*))?$/.exec(word) ?? [];
    if (Object.hasOwn(args, name)) variables.set(name, args[name] ?? "");
    else if (value !== undefined) variables.set(name, expand(unquote(value), variables, instruction));
  }
}

function expand(text: string, variables: ReadonlyMap<string, string>, instruction: Instruction): string {
  return unquote(text).replaceAll(
    /\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-+])([^{}]*))?\})|\$/g,
    (match, plain?: string, braced?: string, operator?: string, word?: string) => {
      const name = plain ?? braced;
      const value = name === undefined ? undefined : variables.get(name);
      const set = value !== undefined && !(operator?.startsWith(":") && value === "");
      if (operator?.endsWith("-")) return set ? value : word ?? "";
      if (operator?.endsWith("+")) return set ? word ?? "" : "";
      if (value !== undefined) return value;
      throw unsupported(instruction, `${match} has no value: no ARG before the first FROM gives it one`);
    },
  );
}

function checkPlatform(
  instruction: Instruction,
  variables: ReadonlyMap<string, string>,
  platform: string,
): void {
  const wanted = instruction.flags.find(([name]) => name === "platform")?.[1];
  if (wanted === undefined || expand(wanted, variables, instruction) === platform) return;
  throw unsupported(instruction, `it asks for ${wanted}, and the image is built for ${platform}`);
}

/** What `--from` and `--mount=…from=…` name. */
function sourcesIn({ keyword, flags }: Instruction): string[] {
  if (keyword === "COPY" || keyword === "ADD") {
    return flags.flatMap(([name, value]) => name === "from" ? [unquote(value)] : []);
  }
  if (keyword !== "RUN") return [];
  return flags.flatMap(([name, value]) => name === "mount" ? mountOption(value, "from") ?? [] : []);
}

/** The value of one option of `RUN --mount=`. */
export function mountOption(mount: string, ...names: string[]): string | undefined {
  for (const option of mount.split(",")) {
    const at = option.indexOf("=");
    if (at > 0 && names.includes(option.slice(0, at).toLowerCase())) return unquote(option.slice(at + 1));
  }
  return undefined;
}

function pin(
  file: DockerfileText,
  uses: readonly BaseUse[],
  names: ReadonlyMap<ImageReference, string>,
): string {
  const lines: (string | undefined)[] = [...file.lines];
  for (const line of file.syntaxLines) lines[line] = undefined;
  for (const { reference, instruction, written } of uses) {
    const name = names.get(reference);
    if (name === undefined) throw new TypeError(`Nothing was given that stands for ${reference}`);
    if (instruction.keyword === "FROM") {
      const [, ...stage] = instruction.body.split(/\s+/);
      lines[instruction.start] = ["FROM", name, ...stage].join(" ");
      for (let i = instruction.start + 1; i < instruction.end; i++) lines[i] = undefined;
    } else replaceSource(lines, instruction, written, name);
  }
  return lines.filter((line) => line !== undefined).join("\n");
}

function replaceSource(
  lines: (string | undefined)[],
  instruction: Instruction,
  written: string,
  name: string,
): void {
  const escaped = written.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const place = new RegExp(`(--from=|[=,]from=)(["']?)${escaped}\\2(?=[\\s,\\\\\`]|$)`);
  for (let i = instruction.start; i < instruction.end; i++) {
    if (!place.test(lines[i] ?? "")) continue;
    lines[i] = lines[i]?.replace(place, (_, before: string) => `${before}${name}`);
    return;
  }
  throw unsupported(instruction, `the name ${written} is broken over lines`);
}

function platformVariables(platform: string): [string, string][] {
  const [os = "", architecture = "", variant = ""] = platform.split("/");
  return ["TARGET", "BUILD"].flatMap((side): [string, string][] => [
    [`${side}PLATFORM`, platform],
    [`${side}OS`, os],
    [`${side}ARCH`, architecture],
    [`${side}VARIANT`, variant],
  ]);
}

function unquote(text: string): string {
  return /^(["'])(.*)\1$/s.exec(text)?.[2] ?? text;
}

function unsupported(instruction: Instruction | undefined, why: string): UserError {
  return new UserError("dockerfile_unsupported", {
    what: instruction === undefined
      ? "Cannot tell which images the Dockerfile builds on"
      : `Cannot tell which images the Dockerfile builds on, line ${instruction.start + 1}`,
    why,
    fix: ["name the image itself, or give the ARG before the first FROM a default"],
  });
}
