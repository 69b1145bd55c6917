import { openObjectEngine } from "../../plugins/object_server/engine/open_engine.ts";
import type { EngineOptions } from "../../plugins/object_server/engine/open_engine.ts";
import type {
  ObjectAttributes,
  ObjectEngine,
  ObjectName,
  Precondition,
  StoredObject,
  UploadName,
} from "../../plugins/object_server/object_engine.ts";

/** An engine in a directory of its own, with what tests of it do again and again. */
export class TestEngine implements AsyncDisposable {
  readonly directory: string;
  /** Epoch milliseconds; what the engine's clock shows. */
  now = Date.UTC(2030, 0, 1);
  engine: ObjectEngine;
  readonly #options: Partial<EngineOptions>;

  private constructor(directory: string, options: Partial<EngineOptions>) {
    this.directory = directory;
    this.#options = options;
    this.engine = undefined as unknown as ObjectEngine;
  }

  /** Opens an engine with a bucket `b`. */
  static async open(options: Partial<EngineOptions> = {}): Promise<TestEngine> {
    const test = new TestEngine(await Deno.makeTempDir({ prefix: "aero-engine-" }), options);
    test.engine = await test.#open();
    await test.engine.buckets.create({ name: "b", owner: "ann", objectLock: false });
    return test;
  }

  /** Closes the engine and opens its directory again. */
  async reopen(): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
    this.engine = await this.#open();
  }

  /** Stores a text or bytes; the etag is the text's own first characters unless one is given. */
  async put(key: string, body: string | Uint8Array, options: PutInTest = {}): Promise<StoredObject> {
    const { bucket = "b", precondition, ...rest } = options;
    await using write = await this.engine.beginWrite(bucket);
    await write.append(bytesOf(body));
    const attributes = attributesOf({ etag: etagOf(body), ...rest });
    return await write.commitObject({ bucket, key, attributes, ...(precondition && { precondition }) });
  }

  /** The text of an object. */
  async text(
    key: string,
    options: { readonly bucket?: string; readonly versionId?: string } = {},
  ): Promise<string> {
    return new TextDecoder().decode(await this.bytes({ bucket: "b", key, ...options }));
  }

  /** The bytes of an object. */
  async bytes(name: ObjectName, range?: { offset: number; length: number }): Promise<Uint8Array> {
    using object = await this.engine.objects.open(name);
    return await readAll(object.read(range));
  }

  /** The keys of all current objects. */
  async keys(bucket = "b"): Promise<string[]> {
    const page = await this.engine.objects.list(bucket, { limit: 1_000_000 });
    return page.objects.map((object) => object.key);
  }

  /** Begins an upload. */
  async upload(key: string, bucket = "b"): Promise<UploadName> {
    const { etag: _, checksums: __, ...attributes } = attributesOf({ etag: "" });
    const { uploadId } = await this.engine.uploads.create({ bucket, key, attributes, initiator: "ann" });
    return { bucket, key, uploadId };
  }

  /** Uploads a part. @returns How a completion names it. */
  async part(upload: UploadName, number: number, body: string | Uint8Array) {
    await using write = await this.engine.beginWrite(upload.bucket);
    await write.append(bytesOf(body));
    const { etag } = await write.commitPart({ ...upload, number, etag: etagOf(body), checksums: [] });
    return { number, etag };
  }

  /** Completes an upload; small parts will do. */
  complete(
    upload: UploadName,
    parts: readonly { readonly number: number; readonly etag: string }[],
    precondition?: Precondition,
  ): Promise<StoredObject> {
    return this.engine.uploads.complete(upload, {
      parts,
      minPartBytes: 0,
      summarize: (all) => ({
        etag: `${all.map((part) => part.etag).join("+")}-${all.length}`,
        checksums: [],
      }),
      ...(precondition && { precondition }),
    });
  }

  /** Files of bodies that are in the directory, settled or not, by name. */
  files(): string[] {
    const settled = [...Deno.readDirSync(`${this.directory}/bodies`)]
      .flatMap(({ name }) => [...Deno.readDirSync(`${this.directory}/bodies/${name}`)]);
    return [...settled, ...Deno.readDirSync(`${this.directory}/incoming`)].map((file) => file.name).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
    await Deno.remove(this.directory, { recursive: true });
  }

  #open(): Promise<ObjectEngine> {
    return openObjectEngine({ directory: this.directory, now: () => new Date(this.now), ...this.#options });
  }
}

/** What a put of a test may say. */
export interface PutInTest extends Partial<ObjectAttributes> {
  readonly bucket?: string;
  readonly precondition?: Precondition;
}

/** Attributes of an object about which nothing is said. */
export function attributesOf(given: Partial<ObjectAttributes>): ObjectAttributes {
  return {
    etag: "",
    headers: {},
    metadata: {},
    tags: [],
    checksums: [],
    owner: "ann",
    storageClass: "STANDARD",
    ...given,
  };
}

/** All bytes of a stream, also of one of which some were read before. */
export async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

/** Bytes that are not the same everywhere, of a given size. */
export function patternBytes(size: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let index = 0, state = seed; index < size; index++) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    bytes[index] = state >> 16;
  }
  return bytes;
}

function bytesOf(body: string | Uint8Array): Uint8Array {
  return typeof body === "string" ? new TextEncoder().encode(body) : body;
}

function etagOf(body: string | Uint8Array): string {
  return typeof body === "string" ? body.slice(0, 40) : `bytes-${body.length}`;
}
