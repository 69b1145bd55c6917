import process from "node:process";

/**
 * Shortens modules in place, in a process of its own that has ended when this returns.
 *
 * Not by `deno bundle --minify`: the esbuild in Deno 2.9 writes a `using` whose name is used once as a plain expression, so
 * that nothing is disposed any more, neither file nor lock (esbuild issue 4482).
 *
 * @param files Paths below the directory.
 * @throws {Error} if one of them cannot be parsed.
 */
export async function minify(directory: string, files: readonly string[]): Promise<void> {
  // With threads, or by its asynchronous calls, esbuild leaves a process behind that nothing can wait for.
  process.env["ESBUILD_WORKER_THREADS"] = "0";
  const { buildSync } = await import("esbuild");
  buildSync({
    absWorkingDir: directory,
    entryPoints: [...files],
    outbase: directory,
    outdir: directory,
    allowOverwrite: true,
    logLevel: "silent",
    minify: true,
    format: "esm",
    target: "esnext",
    legalComments: "none",
  });
}
