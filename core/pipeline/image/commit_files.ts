/** The files of the project as the commit has them. Paths are relative to the project's root. */
export interface CommitFiles {
  /**
   * Mode and git object id of a file, link or directory, `100644 <id>`, as its tree has them; it changes when
   * anything at the path changes. `""` is the project's root; `undefined` if the commit has nothing there.
   */
  objectId(path: string): Promise<string | undefined>;
  /** A file's bytes; `undefined` if the commit has no file there, or a link. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** An absolute directory that holds exactly these files, to build in; asked for only when a build is needed. */
  directory(): Promise<string>;
}
