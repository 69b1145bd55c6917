import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { elementOf, ObjectClient, type ObjectServerAddress } from "./object_client.ts";
import { seededRandom, seedOf } from "./seeded_random.ts";

/** What a key may hold: the bytes of the nth write to it, or nothing. */
export type Held = { readonly write: number; readonly size: number } | "nothing";

/** S3's least part size but for the last. */
const PART_BYTES = 5 * 1024 * 1024;

/** The bytes of a write: the same whenever they are asked for, and unlike those of any other. */
export function bytesOf(key: string, { write, size }: Exclude<Held, "nothing">): Uint8Array {
  const bytes = new Uint8Array(size);
  const random = seededRandom(seedOf(`${key} ${write}`));
  // A pattern of 4 KiB, and each copy of it is told by its number.
  const pattern = Uint8Array.from({ length: 4096 }, () => random() * 256);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < size; at += pattern.length) {
    bytes.set(pattern.subarray(0, size - at), at);
    if (at + 4 <= size) view.setUint32(at, at);
  }
  return bytes;
}

/**
 * One client's stream of requests on keys that are its own, and what it knows of them.
 *
 * A write that was not acknowledged, since the server went away, may have been done or not; which of the two is seen
 * at the next look, and from then on stays.
 */
export class ObjectLoad implements Disposable {
  readonly bucket: string;
  /** All that each key may hold; more than one after a write without an answer. */
  readonly held: Map<string, readonly Held[]>;
  /** Acknowledged writes in a bucket with versions, by version id; those are there for ever. */
  readonly versions = new Map<string, { readonly key: string; readonly held: Held }>();
  /** Writes that may have been done or not; of a deletion there is no such trace. */
  readonly unanswered: { readonly key: string; readonly held: Held }[] = [];
  /** Requests that were acknowledged, by what they did. */
  readonly done: Record<string, number> = {};
  readonly #client: ObjectClient;
  readonly #random: () => number;
  #writes = 0;
  /** A multipart upload that outlives crashes. */
  #upload: { readonly key: string; readonly id: string; readonly held: Held; parts: string[] } | undefined;

  readonly #network: "sound" | "faulty";

  /**
   * @param lane Names the keys; no two loads have the same.
   * @param network What is between here and the server. On a faulty one requests may fail without the server's doing,
   * and are refused if they were changed on the way; the load goes on all the same.
   */
  constructor(
    address: ObjectServerAddress,
    bucket: string,
    lane: string,
    seed: number,
    network: "sound" | "faulty" = "sound",
  ) {
    this.bucket = bucket;
    this.#network = network;
    this.held = new Map(Array.from({ length: 12 }, (_, i) => [`${lane}/key ${i}`, ["nothing"]]));
    this.#client = new ObjectClient(address);
    this.#random = seededRandom(seedOf(`${seed} ${lane}`));
  }

  /** Makes requests until `isOver` says so, or, on a sound network, one fails for want of a server. */
  async run(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      try {
        await this.#step();
      } catch (error) {
        if (this.#network === "faulty" && (error instanceof NotServed || isConnectionFailure(error))) {
          continue;
        }
        if (this.#network === "sound" && isConnectionFailure(error)) return;
        throw error;
      }
    }
  }

  /** Reads a key and requires that it holds what it may; from then on it holds just that. */
  async look(key: string): Promise<void> {
    const { status, body, headers } = await this.#client.request({ method: "GET", path: this.#path(key) });
    const may = this.held.get(key)!;
    this.#assertServed(status);
    assert(
      [200, 404].includes(status),
      `GET "${key}": ${status} ${new TextDecoder().decode(body.subarray(0, 300))}`,
    );
    const found = status === 404
      ? may.find((held) => held === "nothing")
      : may.find((held) =>
        held !== "nothing" && held.size === body.length && equal(body, bytesOf(key, held))
      );
    const wanted = JSON.stringify(may);
    assert(
      found !== undefined,
      `"${key}" has ${body.length} bytes (${status}, ${headers.get("etag")}), not ${wanted}`,
    );
    this.held.set(key, [found]);
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }

  async #step(): Promise<void> {
    const keys = [...this.held.keys()];
    const key = keys[Math.floor(this.#random() * keys.length)]!;
    const dice = this.#random();
    if (dice < 0.4) await this.#put(key);
    else if (dice < 0.5) await this.#delete(key);
    else if (dice < 0.75) await this.#count("get", () => this.look(key));
    else if (dice < 0.8) await this.#count("list", () => this.#list());
    else await this.#multipart(key);
  }

  async #put(key: string): Promise<void> {
    // Small ones mostly, and now and then some that take several writes to the disk.
    const held = this.#nextWrite(
      Math.floor(this.#random() < 0.9 ? this.#random() * 10_000 : this.#random() * 2e6),
    );
    const body = bytesOf(key, held);
    await this.#change("put", key, held, async () => {
      const { status, headers } = await this.#client.request({ method: "PUT", path: this.#path(key), body });
      if (status === 200) {
        assert.equal(headers.get("etag"), `"${createHash("md5").update(body).digest("hex")}"`);
      }
      return { status, version: headers.get("x-amz-version-id") };
    });
  }

  async #delete(key: string): Promise<void> {
    await this.#change("delete", key, "nothing", async () => {
      const { status } = await this.#client.request({ method: "DELETE", path: this.#path(key) });
      return { status, version: undefined };
    });
  }

  /** The next request of the upload under way, or the first of another. */
  async #multipart(key: string): Promise<void> {
    const upload = this.#upload;
    if (upload === undefined) {
      const reply = await this.#send("create upload", "POST", key, { uploads: "" });
      const size = this.#random() < 0.1 ? PART_BYTES + 1000 : Math.ceil(this.#random() * 100_000);
      this.#upload = { key, id: elementOf(reply.body, "UploadId")!, held: this.#nextWrite(size), parts: [] };
      return;
    }
    const { key: own, id: uploadId, held, parts } = upload;
    const bytes = held === "nothing" ? new Uint8Array(0) : bytesOf(own, held);
    if (parts.length * PART_BYTES < bytes.length) {
      const at = parts.length * PART_BYTES;
      const body = bytes.subarray(at, at + PART_BYTES);
      const query = { partNumber: `${parts.length + 1}`, uploadId };
      parts.push((await this.#send("part", "PUT", own, query, body)).headers.get("etag")!);
    } else if (this.#random() < 0.2) {
      // Without an answer it may be gone, so it is not gone on with.
      this.#upload = undefined;
      await this.#send("abort upload", "DELETE", own, { uploadId });
    } else {
      const named = parts.map((etag, i) =>
        `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`
      );
      const text = `<CompleteMultipartUpload>${named.join("")}</CompleteMultipartUpload>`;
      const body = new TextEncoder().encode(text);
      this.#upload = undefined;
      await this.#change("complete upload", own, held, async () => {
        const path = this.#path(own);
        const reply = await this.#client.request({ method: "POST", path, query: { uploadId }, body });
        // A failure that is found late is told in a reply that began with 200.
        const status = elementOf(reply.body, "ETag") === undefined ? 500 : reply.status;
        return { status, version: reply.headers.get("x-amz-version-id") };
      });
    }
  }

  async #list(): Promise<void> {
    const { status } = await this.#client.request({
      method: "GET",
      path: `/${this.bucket}`,
      query: { "list-type": "2" },
    });
    this.#assertServed(status);
    assert.equal(status, 200);
  }

  /** What a key may hold is what it held or the new, until the answer is there. */
  async #change(
    what: string,
    key: string,
    held: Held,
    request: () => Promise<{ readonly status: number; readonly version: string | undefined }>,
  ): Promise<void> {
    const before = this.held.get(key)!;
    this.held.set(key, [...before, held]);
    if (held !== "nothing") this.unanswered.push({ key, held });
    const { status, version } = await request();
    // A server that is going down may say so; then nothing is known.
    if (status >= 500) return;
    if (this.#network === "faulty" && isOfChangedRequest(status)) {
      this.held.set(key, before);
      if (held !== "nothing") this.unanswered.pop();
      return;
    }
    assert(status < 300, `${what} "${key}": ${status}`);
    this.held.set(key, [held]);
    if (held !== "nothing") this.unanswered.pop();
    if (version !== undefined) this.versions.set(version, { key, held });
    this.done[what] = (this.done[what] ?? 0) + 1;
  }

  async #send(what: string, method: string, key: string, query: Record<string, string>, body?: Uint8Array) {
    const request = { method, path: this.#path(key), query, ...(body === undefined ? {} : { body }) };
    return await this.#count(what, async () => {
      const reply = await this.#client.request(request);
      this.#assertServed(reply.status);
      const said = new TextDecoder().decode(reply.body.subarray(0, 300));
      assert(reply.status < 300, `${what} "${key}": ${reply.status} ${said}`);
      return reply;
    });
  }

  async #count<Result>(what: string, request: () => Promise<Result>): Promise<Result> {
    const result = await request();
    this.done[what] = (this.done[what] ?? 0) + 1;
    return result;
  }

  #assertServed(status: number): void {
    if (this.#network === "faulty" && (status >= 500 || isOfChangedRequest(status))) throw new NotServed();
  }

  #nextWrite(size: number) {
    return { write: ++this.#writes, size };
  }

  #path(key: string): string {
    return `/${this.bucket}/${key}`;
  }
}

/** A request that the network kept from being served. */
class NotServed extends Error {
  override readonly name = "NotServed";
}

/** Bad request, or forbidden: neither digest nor signature fits what was changed. */
function isOfChangedRequest(status: number): boolean {
  return status === 400 || status === 403;
}

/** Whether a request failed since there is no server at the other end. */
export function isConnectionFailure(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.ConnectionRefused ||
    error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionAborted;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}
