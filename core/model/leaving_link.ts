import type { LinkEntry } from "./manifest.ts";

/** Links that one path may lead through, as Linux has it (path_resolution(7)). */
const MOST_LINKS = 40;

/**
 * The first link that leads out of an artifact once the artifact's other links are followed: `e -> d/a/..` does if
 * `d/a` is itself a link to `..`. A circle of links leads nowhere and is none.
 *
 * @param links All links of an artifact.
 */
export function leavingLink<Link extends Pick<LinkEntry, "path" | "target">>(
  links: readonly Link[],
): Link | undefined {
  const targets = new Map<string, string>(links.map(({ path, target }) => [path, target]));
  return links.find(({ path, target }) => leaves(path, target, targets));
}

function leaves(path: string, target: string, targets: ReadonlyMap<string, string>): boolean {
  const at = path.split("/").slice(0, -1);
  const left = target.split("/").reverse();
  for (let followed = 0; left.length > 0;) {
    const part = left.pop()!;
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (at.pop() === undefined) return true;
      continue;
    }
    at.push(part);
    const next = targets.get(at.join("/"));
    if (next === undefined) continue;
    if (next.startsWith("/")) return true;
    if (++followed > MOST_LINKS) return false;
    at.pop();
    left.push(...next.split("/").reverse());
  }
  return false;
}
