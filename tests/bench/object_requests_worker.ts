/// <reference lib="deno.worker" />
/** Sends prepared requests over several connections, as fast as the replies come. */
import { ObjectClient, type ObjectRequest, type ObjectServerAddress } from "../support/object_client.ts";

/** What a worker is asked for: first to prepare, then to go. */
export type WorkerTask =
  | {
    readonly kind: "prepare";
    readonly address: ObjectServerAddress;
    readonly requests: readonly ObjectRequest[];
    readonly connections: number;
  }
  | { readonly kind: "go" };

/** What it says when it is ready, and when it is done. */
export type WorkerNews = { readonly kind: "ready" | "done" } | {
  readonly kind: "failed";
  readonly why: string;
};

let clients: ObjectClient[] = [];
let prepared: { readonly method: string; readonly bytes: Uint8Array }[] = [];

async function prepare(task: Extract<WorkerTask, { kind: "prepare" }>): Promise<void> {
  for (const client of clients) client.close();
  clients = Array.from({ length: task.connections }, () => new ObjectClient(task.address));
  await Promise.all(clients.map((client) => client.connect()));
  prepared = task.requests.map((request) => ({
    method: request.method,
    bytes: clients[0]!.prepare(request),
  }));
}

async function go(): Promise<void> {
  let next = 0;
  await Promise.all(clients.map(async (client) => {
    while (next < prepared.length) {
      const { method, bytes } = prepared[next++]!;
      const { status } = await client.exchange(method, bytes, () => {});
      if (status >= 300) throw new Error(`${method} was answered with ${status}`);
    }
  }));
}

self.onmessage = async ({ data }: MessageEvent<WorkerTask>) => {
  try {
    await (data.kind === "go" ? go() : prepare(data));
    self.postMessage({ kind: data.kind === "go" ? "done" : "ready" } satisfies WorkerNews);
  } catch (error) {
    self.postMessage({ kind: "failed", why: String(error) } satisfies WorkerNews);
  }
};
