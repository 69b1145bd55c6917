import { AeroError, isAbort, UserError } from "../errors.ts";
import { concatenate } from "./tree_object.ts";
import type { GitCommand } from "./git_command.ts";
import type { GitObject, ObjectFormat, ObjectId, ObjectType } from "./git_object.ts";
import { ObjectReader } from "./object_reader.ts";
import type { OperationOptions } from "./options.ts";

/** Reads objects through one `git cat-file --batch` for each list of ids. */
export class CatFileReader extends ObjectReader {
  readonly format: ObjectFormat;
  readonly #git: GitCommand;
  readonly #because: { readonly why: string; readonly fix: readonly string[] } | undefined;
  #ahead: Promise<void> | undefined;

  constructor(
    git: GitCommand,
    format: ObjectFormat,
    because: { readonly why: string; readonly fix: readonly string[] } | undefined,
  ) {
    super();
    this.#git = git;
    this.format = format;
    this.#because = because;
  }

  protected override missingBecause() {
    return this.#because;
  }

  protected fetch(
    ids: readonly ObjectId[],
    options?: OperationOptions,
  ): AsyncIterable<GitObject | undefined> {
    return this.#batch(ids, options);
  }

  /**
   * Reads what names such as `HEAD:path` stand for into memory. What cannot be read is passed over: whoever reads it by
   * its id gets the error.
   */
  readAhead(names: readonly string[], options?: OperationOptions): Promise<void> {
    const read = this.#readAhead(names, options);
    this.#ahead = read.catch(() => {});
    return read;
  }

  /** Whatever is being read ahead is waited for, and not asked for a second time. */
  override async read(id: ObjectId, options?: OperationOptions): Promise<GitObject> {
    await this.#ahead;
    return await super.read(id, options);
  }

  async #readAhead(names: readonly string[], options?: OperationOptions): Promise<void> {
    try {
      // A name with a line feed would be two names.
      for await (const object of this.#batch(names.filter((name) => !name.includes("\n")), options)) {
        if (object !== undefined) await this.hold(object);
      }
    } catch (error) {
      if (isAbort(error) || !(error instanceof AeroError)) throw error;
    }
  }

  async *#batch(
    names: readonly string[],
    options?: OperationOptions,
  ): AsyncIterable<GitObject | undefined> {
    if (names.length === 0) return;
    const args = ["cat-file", "--batch"];
    const child = this.#git.spawn(args, options);
    // Written beside the reading: both pipes are small, and git stops when its output is not taken.
    const asked = ask(child.stdin, names);
    const said = new Response(child.stderr).bytes();
    const input = new ByteQueue(child.stdout.getReader());
    let whole = false;
    try {
      for (let i = 0; i < names.length; i++) {
        const header = await input.line();
        if (header === undefined) {
          const failure = this.#git.failure(args, (await child.status).code, await said);
          if (this.#because === undefined || failure instanceof UserError) throw failure;
          // Older versions of git end where they may not fetch an object that a partial clone left out.
          yield undefined;
          return;
        }
        yield await readObject(header, input);
      }
      whole = true;
    } catch (error) {
      options?.signal?.throwIfAborted();
      throw error;
    } finally {
      // A reader that stops early leaves git waiting on a full pipe.
      if (!whole) kill(child);
      await input.close();
      await Promise.allSettled([asked, said, child.status]);
    }
  }
}

async function ask(stdin: WritableStream<Uint8Array>, names: readonly string[]): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(names.join("\n") + "\n"));
    await writer.close();
  } catch (error) {
    // Git has ended; what it said on its other pipes is the news.
    if (isAbort(error)) throw error;
  }
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended already.
  }
}

async function readObject(header: string, input: ByteQueue): Promise<GitObject | undefined> {
  const match = /^[0-9a-f]+ (commit|tree|blob|tag) (\d+)$/.exec(header);
  if (match === null) return undefined;
  const bytes = await input.take(Number(match[2]));
  await input.take(1);
  return { type: match[1] as ObjectType, bytes };
}

/** Takes lines and counted bytes from a stream. */
class ByteQueue {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(reader: ReadableStreamDefaultReader<Uint8Array>) {
    this.#reader = reader;
  }

  /** Without its line feed; `undefined` at the end. */
  async line(): Promise<string | undefined> {
    let end = this.#rest.indexOf(10);
    while (end < 0) {
      const { value } = await this.#reader.read();
      if (value === undefined) return undefined;
      this.#rest = this.#rest.length === 0 ? value : concatenate([this.#rest, value]);
      end = this.#rest.indexOf(10);
    }
    const line = new TextDecoder().decode(this.#rest.subarray(0, end));
    this.#rest = this.#rest.subarray(end + 1);
    return line;
  }

  /** Shorter only if the stream ends early. */
  async take(size: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(size);
    let filled = 0;
    while (filled < size) {
      if (this.#rest.length === 0) {
        const { value } = await this.#reader.read();
        if (value === undefined) return bytes.subarray(0, filled);
        this.#rest = value;
      }
      const part = this.#rest.subarray(0, size - filled);
      bytes.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return bytes;
  }

  async close(): Promise<void> {
    try {
      await this.#reader.cancel();
    } catch {
      // A stream that has failed needs no closing; its failure has been thrown to whoever read from it.
    }
  }
}
