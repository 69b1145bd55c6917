import { installPackages } from "./apt.ts";
import { CACHE_DIRECTORY } from "./service.ts";
import { run, tryRun } from "./shell.ts";

/** Where people who install Go by hand have it. */
const PLACES = ["go", "/usr/local/go/bin/go"];
/** A toolchain that is fetched as a module, where the machine's own is too old. */
const TOOLCHAIN = `v0.0.1-go1.23.12.linux-${Deno.build.arch === "aarch64" ? "arm64" : "amd64"}`;

/**
 * A Go that is new enough, as a program's name or path.
 *
 * Debian 12 has 1.19, which builds little of today but can fetch: a later one is a module like any other, checked by
 * the same database of sums.
 * @param minor Least version: 22 is Go 1.22.
 */
export async function provideGo(minor: number, tell: (line: string) => void): Promise<string> {
  for (const program of PLACES) if (await minorOf(program) >= minor) return program;
  await installPackages(["golang-go", "ca-certificates"], tell);
  if (await minorOf("go") >= minor) return "go";
  tell("fetching a newer Go");
  const cache = `${CACHE_DIRECTORY}/go`;
  await Deno.mkdir(cache, { recursive: true });
  const env = { GOPATH: cache, GOFLAGS: "-mod=mod" };
  const told = await run(["go", "mod", "download", "-json", `golang.org/toolchain@${TOOLCHAIN}`], {
    env,
    cwd: cache,
  });
  const { Dir: directory } = JSON.parse(told) as { Dir: string };
  // Modules are unpacked without the right to run anything.
  await run(["chmod", "-R", "u+wx", `${directory}/bin`, `${directory}/pkg/tool`]);
  return `${directory}/bin/go`;
}

async function minorOf(program: string): Promise<number> {
  const { stdout } = await tryRun([program, "version"], { env: { GOTOOLCHAIN: "local" } });
  return Number(/go1\.(\d+)/.exec(stdout)?.[1] ?? 0);
}
