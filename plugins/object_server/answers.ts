import type { OperationOptions } from "../../core/plugin/context.ts";

const PATIENCE_MS = 5_000;

/** Whether a server at `url` answers, and could store something. */
export async function answers(
  url: string,
  { caFile, signal }: OperationOptions & { readonly caFile?: string },
): Promise<boolean> {
  signal?.throwIfAborted();
  using client = caFile === undefined
    ? undefined
    : Deno.createHttpClient({ caCerts: [await Deno.readTextFile(caFile).catch(() => "")] });
  try {
    const reply = await fetch(`${url}/-/healthy`, {
      signal: AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), ...(signal === undefined ? [] : [signal])]),
      ...(client === undefined ? {} : { client }),
    });
    await reply.body?.cancel();
    return reply.ok;
  } catch {
    signal?.throwIfAborted();
    return false;
  }
}
