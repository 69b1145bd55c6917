import { mountOption } from "./dockerfile_bases.ts";
import { type Instruction, parseDockerfile } from "./dockerfile_instructions.ts";

/**
 * Which paths of its context a Dockerfile can read: those that COPY, ADD and bind mounts name.
 *
 * A build that names none does not depend on the context, so that a change of code does not rebuild it. What is
 * not known before the build (a variable) counts as all, and a pattern as the folder it stands in.
 *
 * @returns Sorted; relative to the context, `""` for all of it (then nothing else). Empty if it reads nothing.
 */
export function contextPathsOf(text: string): string[] {
  const paths = new Set<string>();
  for (const instruction of parseDockerfile(text).instructions) {
    for (const source of contextSources(instruction)) paths.add(stablePart(source));
  }
  return paths.has("") ? [""] : [...paths].sort();
}

function contextSources(instruction: Instruction): string[] {
  const { keyword, flags, body } = instruction;
  if (keyword === "ONBUILD") return [];
  if (keyword === "RUN") {
    return flags.flatMap(([name, value]) => {
      if (name !== "mount" || mountOption(value, "from") !== undefined) return [];
      const type = mountOption(value, "type") ?? "bind";
      return type === "bind" ? [mountOption(value, "source", "src") ?? ""] : [];
    });
  }
  if (keyword !== "COPY" && keyword !== "ADD") return [];
  if (flags.some(([name]) => name === "from")) return [];
  return wordsOf(body).slice(0, -1).filter((source) =>
    !(keyword === "ADD" && /^(?:https?:\/\/|git@|ftp:\/\/)/.test(source)) && !/^\d*<<-?["']?\w/.test(source)
  );
}

function wordsOf(body: string): string[] {
  if (body.startsWith("[")) {
    try {
      const words: unknown = JSON.parse(body);
      if (Array.isArray(words) && words.every((word) => typeof word === "string")) return words;
    } catch {
      // Engines take what is not a JSON list for plain words.
    }
  }
  return body.split(/\s+/).filter((word) => word !== "");
}

/** The path up to the first part that is not known literally. */
function stablePart(source: string): string {
  // A variable can hold anything, also a path that leads elsewhere.
  if (source.includes("$")) return "";
  const parts: string[] = [];
  for (const part of source.split("/")) {
    if (part === "" || part === ".") continue;
    // Engines do not let a path climb out of the context: `..` at its root stays there.
    if (part === "..") parts.pop();
    else if (/[*?["'\\]/.test(part)) break;
    else parts.push(part);
  }
  return parts.join("/");
}
