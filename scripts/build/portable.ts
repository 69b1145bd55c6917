import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { filesBelow } from "./bundle.ts";
import { MEMORY } from "./memory.ts";
import { PERMISSIONS } from "./permissions.ts";
import template from "./portable_head.sh" with { type: "text" };

/** Room that the head asks for beyond what it unpacks, for the code cache that grows beside it; in bytes. */
const SPARE_BYTES = 20e6;

/**
 * Makes one executable file for machines that have a POSIX shell, tar and gzip: a shell script, and behind it the
 * running Deno and a bundle. Equal bundles and runtimes give equal bytes.
 *
 * @param directory The bundle.
 * @param output Absolute path of the file to make; replaced whole, or not at all.
 */
export async function makePortable(directory: string, output: string): Promise<void> {
  const tar = await tarOf(directory);
  const payload = gzipSync(tar, { level: 9 });
  const digest = createHash("sha256").update(payload).digest("hex").slice(0, 32);
  const head = headOf(digest, Math.ceil((tar.length + SPARE_BYTES) / 1e6));
  const part = `${output}.part`;
  using file = await Deno.open(part, { write: true, create: true, truncate: true, mode: 0o755 });
  for (const bytes of [head, payload]) {
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  }
  await Deno.rename(part, output);
}

/** The runtime as `deno`, the bundle below `app/`. */
async function tarOf(directory: string): Promise<Uint8Array> {
  const tar = pack();
  const chunks: Uint8Array[] = [];
  const done = (async () => {
    for await (const chunk of tar as AsyncIterable<Uint8Array>) chunks.push(chunk);
  })();
  const epoch = new Date(0);
  const add = async (name: string, mode: number, path: string) => {
    tar.entry({ name, mode, mtime: epoch }, Buffer.from(await Deno.readFile(path)));
  };
  await add("deno", 0o755, Deno.execPath());
  for (const file of await filesBelow(directory)) await add(`app/${file}`, 0o644, `${directory}/${file}`);
  tar.finalize();
  await done;
  return Buffer.concat(chunks);
}

function headOf(digest: string, megabytes: number): Uint8Array {
  const filled = template
    .replace("@DIGEST@", digest)
    .replace("@MEGABYTES@", String(megabytes))
    .replace("@FLAGS@", [...PERMISSIONS, ...MEMORY].join(" "));
  // The offset is part of the text that it measures, so it has a fixed width; `tail` counts from 1.
  const width = 8;
  const length = filled.length - "@OFFSET@".length + width;
  return new TextEncoder().encode(filled.replace("@OFFSET@", String(length + 1).padEnd(width)));
}
