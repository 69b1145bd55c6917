/// <reference lib="deno.worker" />
import type { Mutation } from "./mutation.ts";
import { openForWriting } from "./schema.ts";
import { Writer } from "./writer.ts";

/** What the worker is told: which database, then batches of mutations one at a time, then to close. */
export type ToWriter =
  | { readonly open: string }
  | { readonly apply: readonly Mutation[] }
  | { readonly close: true };

let writer: Writer | undefined;

self.onmessage = ({ data }: MessageEvent<ToWriter>) => {
  if ("open" in data) {
    writer = new Writer(openForWriting(data.open));
    self.postMessage("open");
  } else if ("apply" in data) {
    self.postMessage(writer!.apply(data.apply));
  } else {
    writer?.[Symbol.dispose]();
    self.postMessage("closed");
    self.close();
  }
};
