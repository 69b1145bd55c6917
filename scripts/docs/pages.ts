/** Paths of all Markdown pages of a repository, but for those of fixtures; `root` ends in `/`. */
export async function pagePaths(root: string, directory = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(root + directory)) {
    const path = directory + name;
    if (name.startsWith(".") || ["dist", "node_modules", "projects"].includes(name)) continue;
    if (isDirectory) found.push(...await pagePaths(root, `${path}/`));
    else if (name.endsWith(".md")) found.push(path);
  }
  return found.sort();
}
