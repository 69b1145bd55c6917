// deno-lint-ignore-file no-console -- a script speaks for itself
/**
 * Runs the unit tests of code that is pure, and exits 1 unless they go through each of its branches. What is pure can
 * be tested whole, and holds what stays for ever, or what strangers send: identities, the bytes of documents, a protocol.
 */

const FOLDERS = ["core/model", "core/format", "plugins/s3_protocol"];

/** A branch that no test goes through. */
interface Missed {
  readonly file: string;
  readonly line: number;
}

/**
 * The branches of an lcov report that were not taken, and all files it tells of.
 *
 * @see {@link https://manpages.debian.org/stable/lcov/geninfo.1.en.html#TRACEFILE_FORMAT}
 */
export function readReport(lcov: string): { readonly missed: Missed[]; readonly files: Set<string> } {
  const missed: Missed[] = [];
  const files = new Set<string>();
  let file = "";
  for (const line of lcov.split("\n")) {
    if (line.startsWith("SF:")) files.add(file = line.slice("SF:".length));
    const [at, , , taken] = line.startsWith("BRDA:") ? line.slice("BRDA:".length).split(",") : [];
    if (taken === "0" || taken === "-") missed.push({ file, line: Number(at) });
  }
  return { missed, files };
}

/** Files of a folder that hold code, and not only types: these must stand in the report. */
function* codeFiles(folder: string): Generator<string> {
  for (const { name } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (!name.endsWith(".ts") || name.endsWith("_test.ts")) continue;
    if (
      /^(?:export )?(?:abstract )?(?:async )?(?:function|class|const)\b/m.test(Deno.readTextFileSync(path))
    ) {
      yield path;
    }
  }
}

async function deno(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, stdin: "null" })
    .output();
  const text = new TextDecoder().decode(stdout);
  if (success) return text;
  console.error(text + new TextDecoder().decode(stderr));
  Deno.exit(1);
}

if (import.meta.main) {
  const root = new URL("../", import.meta.url).pathname;
  Deno.chdir(root);
  const directory = await Deno.makeTempDir();
  try {
    await deno("test", "-A", "--no-check", "--quiet", `--coverage=${directory}`, ...FOLDERS);
    const include = `^file://${root}(?:${FOLDERS.join("|")})/`;
    const { missed, files } = readReport(await deno("coverage", "--lcov", `--include=${include}`, directory));
    const untested = FOLDERS.flatMap((folder) => [...codeFiles(folder)]).filter((path) =>
      !files.has(root + path)
    );
    for (const { file, line } of missed) {
      console.error(`${file.replace(root, "")}:${line}: a branch is not tested`);
    }
    for (const path of untested) console.error(`${path}: no test loads it`);
    if (missed.length + untested.length > 0) Deno.exitCode = 1;
    else console.log(`all branches of ${files.size} files in ${FOLDERS.join(" and ")} are tested`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
