import type { Manifest } from "../model/manifest.ts";

/** Makes the folders of a manifest under `directory`, which does not exist yet. */
export function makeFolders(directory: string, content: Manifest): void {
  Deno.mkdirSync(directory, { recursive: true });
  for (const folder of foldersOf(content)) Deno.mkdirSync(`${directory}/${folder}`);
}

/** Makes the links of a manifest; their folders exist. */
export function makeLinks(directory: string, content: Manifest): void {
  for (const entry of content.entries) {
    if (entry.kind === "link") Deno.symlinkSync(entry.target, `${directory}/${entry.path}`);
  }
}

/** All folders of a manifest, each before those inside it. */
export function foldersOf(content: Manifest): string[] {
  const folders = new Set<string>();
  for (const { path } of content.entries) addFolder(path, folders);
  return [...folders];
}

function addFolder(path: string, folders: Set<string>): void {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
  if (folder === "" || folders.has(folder)) return;
  addFolder(folder, folders);
  folders.add(folder);
}

/** Takes from everyone the right to write to the folders of a manifest and the directory itself. */
export function protectFolders(directory: string, content: Manifest): void {
  for (const folder of foldersOf(content)) Deno.chmodSync(`${directory}/${folder}`, 0o555);
  Deno.chmodSync(directory, 0o555);
}

/** Removes a tree whose folders may be read-only; one that is absent is removed already. */
export function removeTree(path: string): void {
  try {
    makeWritable(path);
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function makeWritable(folder: string): void {
  if (!Deno.lstatSync(folder).isDirectory) return;
  Deno.chmodSync(folder, 0o755);
  for (const entry of Deno.readDirSync(folder)) {
    if (entry.isDirectory) makeWritable(`${folder}/${entry.name}`);
  }
}

/** What lies in a directory: files and links by relative path, and folders; nothing is followed. */
export function listTree(directory: string): { leaves: Set<string>; folders: Set<string> } {
  const leaves = new Set<string>(), folders = new Set<string>();
  const walk = (prefix: string) => {
    for (const entry of Deno.readDirSync(`${directory}/${prefix}`)) {
      const path = prefix + entry.name;
      if (!entry.isDirectory) leaves.add(path);
      else {
        folders.add(path);
        walk(`${path}/`);
      }
    }
  };
  walk("");
  return { leaves, folders };
}
