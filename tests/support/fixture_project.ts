import { TestProject } from "./open_project.ts";

const PROJECTS = new URL("../../fixtures/projects/", import.meta.url);

/**
 * A project of `fixtures/projects`, in podman and committed, with a storage and a cache of its own.
 *
 * @param image What `environment` says of its image, in place of what the project itself says.
 */
export function fixtureProject(
  name: string,
  image: string,
  more: Readonly<Record<string, string>> = {},
): TestProject {
  const files: Record<string, string> = {};
  for (const { name: file, isFile } of Deno.readDirSync(new URL(`${name}/`, PROJECTS))) {
    if (isFile) files[file] = Deno.readTextFileSync(new URL(`${name}/${file}`, PROJECTS));
  }
  const config = files["aero.yaml"]!
    .replace("\n  use: auto\n", "\n  use: podman\n")
    .replace(/\n {2}image: .*\n/, `\n  ${image}\n`);
  const test = new TestProject();
  test.git.commit({ ...files, "aero.yaml": config, ...more });
  return test;
}
