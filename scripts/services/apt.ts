import { run, tryRun } from "./shell.ts";

const OPTIONS = [
  "-qq",
  "-y",
  "-o",
  "DPkg::Lock::Timeout=120",
  "-o",
  "Acquire::Retries=2",
  "-o",
  "APT::Install-Recommends=0",
];

/** Installs packages that are not there; fetches the lists anew only if that is needed. */
export async function installPackages(
  packages: readonly string[],
  tell: (line: string) => void,
): Promise<void> {
  const wanted = await missing(packages);
  if (wanted.length === 0) return;
  if (Deno.uid() !== 0) throw new Error(`installing ${wanted.join(" ")} needs root`);
  tell(`installing ${wanted.join(" ")}`);
  const env = { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
  const install = ["apt-get", ...OPTIONS, "install", ...wanted];
  if ((await tryRun(install, { env })).success) return;
  await run(["apt-get", ...OPTIONS, "update"], { env });
  await run(install, { env });
}

async function missing(packages: readonly string[]): Promise<string[]> {
  const { stdout } = await tryRun([
    "dpkg-query",
    "--show",
    "--showformat=${Package} ${db:Status-Status}\n",
    ...packages,
  ]);
  const installed = new Set(
    stdout.split("\n").filter((line) => line.endsWith(" installed")).map((line) => line.split(" ")[0]),
  );
  return packages.filter((name) => !installed.has(name));
}
