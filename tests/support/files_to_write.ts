import { filesOf, type Manifest } from "../../core/model/manifest.ts";

/** The files of a manifest as a store's `getFiles()` takes them, under `directory`. */
export function filesToWrite(content: Manifest, directory: string) {
  return filesOf(content).map(({ digest, size, path, executable }) => ({
    digest,
    size,
    executable,
    path: `${directory}/${path}`,
  }));
}
