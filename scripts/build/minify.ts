import { stop, transform } from "esbuild";

/**
 * Shortens modules.
 *
 * Not by `deno bundle --minify`: the esbuild in Deno 2.9 writes a `using` whose name is used once as a plain expression, so
 * that nothing is disposed any more, neither file nor lock.
 *
 * @see {@link https://github.com/evanw/esbuild/issues/4482}
 */
export async function minifyAll(texts: readonly string[]): Promise<string[]> {
  try {
    return await Promise.all(texts.map(async (text) => {
      const { code } = await transform(text, {
        minify: true,
        format: "esm",
        target: "esnext",
        legalComments: "none",
      });
      return code;
    }));
  } finally {
    await stop();
  }
}
