import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url)).replaceAll("\\", "/");

/**
 * Where a file stands in the repository, `/`-separated: `core/model/digest.ts`.
 *
 * A name that is relative already, as tests give it, comes back as it is.
 */
export function repositoryPath(filename: string): string {
  const path = (filename.startsWith("file:") ? fileURLToPath(filename) : filename).replaceAll("\\", "/");
  return path.startsWith(ROOT) ? path.slice(ROOT.length) : path.replace(/^\.\//, "");
}

/** Whether a file is a test, a bench, or supports one. */
export function isTest(path: string): boolean {
  return path.startsWith("tests/") || /_(test|bench)\.ts$/.test(path);
}

/** The path that a relative specifier means, seen from the file at `from`. */
export function resolveSpecifier(from: string, specifier: string): string {
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}
