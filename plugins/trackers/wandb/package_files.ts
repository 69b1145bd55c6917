/** Packages of an image, `numpy@pypi` to its version. */
type Packages = ReadonlyMap<string, string>;

/** A file of packages as W&B's SDK leaves it with a run. */
interface PackageFile {
  readonly name: string;
  readonly text: string;
}

/**
 * The files in which W&B shows what a program ran with: `requirements.txt`, and `conda-environment.yaml` where conda's
 * packages are there. None where there are no such packages, or nothing is known of them.
 */
export function packageFiles(packages: Packages | undefined): PackageFile[] {
  const files: PackageFile[] = [];
  const pip = ofEcosystem(packages, "pypi");
  if (pip.length > 0) {
    files.push({
      name: "requirements.txt",
      text: pip.map(([name, version]) => `${name}==${version}\n`).join(""),
    });
  }
  const conda = ofEcosystem(packages, "conda");
  if (conda.length > 0) {
    const lines = conda.map(([name, version]) => `  - ${name}=${version}\n`).join("");
    files.push({ name: "conda-environment.yaml", text: `dependencies:\n${lines}` });
  }
  return files;
}

/** The interpreter as W&B names it, `CPython 3.12.4`. */
export function pythonIn(packages: Packages | undefined): string | undefined {
  const version = packages?.get("python@generic") ?? packages?.get("python@conda");
  return version === undefined ? undefined : `CPython ${version}`;
}

/** Of several versions of one package, each is an entry of its own. */
function ofEcosystem(packages: Packages | undefined, ecosystem: string): [string, string][] {
  return [...packages ?? []].flatMap(([key, versions]) => {
    const at = key.lastIndexOf("@");
    if (key.slice(at + 1) !== ecosystem) return [];
    return versions.split(", ").map((version): [string, string] => [key.slice(0, at), version]);
  });
}
