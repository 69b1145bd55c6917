import { resolveSpecifier } from "../lint/repository_path.ts";

/** Headings' anchors, as the sites that show Markdown make them. */
export function anchorsOf(page: string): string[] {
  const seen = new Map<string, number>();
  return [...withoutCode(page).matchAll(/^#{1,6} +(.*?) *#*$/gm)].map(([, heading]) => {
    const base = heading!.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(/\s/g, "-");
    const before = seen.get(base) ?? 0;
    seen.set(base, before + 1);
    return before === 0 ? base : `${base}-${before}`;
  });
}

/** Targets of the links of a page, to other places than the web. */
export function linksOf(page: string): string[] {
  return [...withoutCode(page).matchAll(/\]\(([^)\s]+)[^)]*\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target));
}

/**
 * What is wrong with the links of some pages: `README.md: no file at core/x.md`.
 *
 * @param pages Path in the repository to text.
 * @param exists Whether there is a file or directory at a path in the repository.
 */
export function brokenLinks(
  pages: Readonly<Record<string, string>>,
  exists: (path: string) => boolean,
): string[] {
  return Object.entries(pages).flatMap(([from, page]) =>
    linksOf(page).flatMap((target) => {
      const [file, anchor] = target.split("#", 2);
      const path = file === "" ? from : resolveSpecifier(from, file!);
      if (!exists(path)) return [`${from}: no file at ${path}`];
      const text = pages[path];
      if (anchor === undefined || text === undefined || anchorsOf(text).includes(anchor)) return [];
      return [`${from}: no heading #${anchor} in ${path}`];
    })
  );
}

function withoutCode(page: string): string {
  return page.replaceAll(/^(`{3,}|~{3,})[^]*?^\1.*$/gm, "").replaceAll(
    /`[^`\n]*`/g,
    (text) => text.replaceAll(/[[\]()]/g, " "),
  );
}
