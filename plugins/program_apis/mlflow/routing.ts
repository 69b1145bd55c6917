import type { Handler, Routes } from "./serving.ts";

/** A handler, and the parts of the path that its route leaves open. */
export interface FoundRoute {
  readonly handler: Handler;
  readonly ids: readonly string[];
}

/** The handler for a path; a route without open parts comes before one with them. */
export function findRoute(routes: Routes, method: string, path: string): FoundRoute | undefined {
  const name = `${method} ${path}`;
  if (Object.hasOwn(routes, name)) return { handler: routes[name]!, ids: [] };
  const parts = name.split("/");
  for (const [route, handler] of Object.entries(routes)) {
    const ids = openParts(route.split("/"), parts);
    if (ids !== undefined) return { handler, ids };
  }
  return undefined;
}

function openParts(route: readonly string[], parts: readonly string[]): readonly string[] | undefined {
  if (route.length !== parts.length) return undefined;
  const ids: string[] = [];
  for (const [i, part] of route.entries()) {
    if (part === "*") ids.push(parts[i]!);
    else if (part !== parts[i]) return undefined;
  }
  return ids;
}
