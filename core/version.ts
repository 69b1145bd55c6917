/** Which aero this is. */
export interface Build {
  /** As in deno.json. */
  readonly version: string;
  /** The commit that was built, 40 or 64 hex digits, `-dirty` after it if files differed; absent in a source run. */
  readonly commit?: string;
}

/** Set by the build, which puts an object literal in its place; nothing sets it in a source run. */
declare const AERO_BUILD: Build | undefined;

/** This build. In a source run it is the version that deno.json names, without a commit. */
export const BUILD: Build = typeof AERO_BUILD === "undefined" ? { version: "0.1.0" } : AERO_BUILD;

/** `0.1.0 (1a2b3c4d5e6f)`, for `aero --version` and for records; without the parenthesis in a source run. */
export function versionText(build: Build = BUILD): string {
  if (build.commit === undefined) return build.version;
  const [commit, dirty] = build.commit.split("-");
  return `${build.version} (${commit!.slice(0, 12)}${dirty === undefined ? "" : `-${dirty}`})`;
}
