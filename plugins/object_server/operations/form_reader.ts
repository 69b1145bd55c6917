import { S3Fault } from "../../s3_protocol/errors.ts";

/** What stands before a value of a form. */
export interface FormPart {
  readonly name: string;
  /** As the browser says it; without directories. */
  readonly fileName?: string;
}

/** Longest head of a part, in bytes. */
const MAX_HEAD_BYTES = 8 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const HEAD_END = encoder.encode("\r\n\r\n");

/**
 * Reads multipart/form-data as it comes, one part after another; holds no more than a piece of the body.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7578}
 */
export class FormReader {
  readonly #read: () => Promise<Uint8Array | undefined>;
  readonly #delimiter: Uint8Array;
  /** What was read and not given out. The first boundary has no line break before it, so one is put there. */
  #held: Uint8Array = encoder.encode("\r\n");
  #begun = false;
  #inPart = false;

  /** @param read Gives the body; its bytes hold until the next call. */
  constructor(boundary: string, read: () => Promise<Uint8Array | undefined>) {
    this.#read = read;
    this.#delimiter = encoder.encode(`\r\n--${boundary}`);
  }

  /**
   * Goes on to the next part, passing over what is left of the present one.
   *
   * @returns `undefined` at the end of the form.
   * @throws {S3Fault} `MalformedPOSTRequest`, `IncompleteBody`, `MaxPostPreDataLengthExceeded`.
   */
  async next(): Promise<FormPart | undefined> {
    // The end of a part is the delimiter before the next, which is taken with it.
    if (!this.#begun) await this.#expectDelimiter();
    this.#begun = true;
    while (await this.readPiece() !== undefined);
    const mark = await this.#take(2);
    if (mark[0] === 0x2d && mark[1] === 0x2d) return undefined;
    if (mark[0] !== 0x0d || mark[1] !== 0x0a) throw new S3Fault("MalformedPOSTRequest");
    this.#inPart = true;
    return parsePartHead(await this.#takeHead());
  }

  /** The next bytes of the present part; `undefined` at its end. They hold until the next call. */
  async readPiece(): Promise<Uint8Array | undefined> {
    if (!this.#inPart) return undefined;
    for (;;) {
      const at = indexOf(this.#held, this.#delimiter, 0);
      // What could be the beginning of a delimiter is kept back.
      const safe = at >= 0 ? at : this.#held.length - this.#delimiter.length + 1;
      if (safe > 0) {
        const piece = this.#held.subarray(0, safe);
        this.#held = this.#held.subarray(safe);
        return piece;
      }
      if (at === 0) {
        this.#held = this.#held.subarray(this.#delimiter.length);
        this.#inPart = false;
        return undefined;
      }
      await this.#more();
    }
  }

  /** The whole present part as text. @throws {S3Fault} `MaxPostPreDataLengthExceeded` past `maxBytes`. */
  async readText(maxBytes: number): Promise<string> {
    let bytes: Uint8Array<ArrayBufferLike> = new Uint8Array(0);
    for (let piece; (piece = await this.readPiece()) !== undefined;) {
      bytes = join(bytes, piece);
      if (bytes.length > maxBytes) throw new S3Fault("MaxPostPreDataLengthExceeded");
    }
    return decodeText(bytes);
  }

  async #expectDelimiter(): Promise<void> {
    const start = await this.#take(this.#delimiter.length);
    if (indexOf(start, this.#delimiter, 0) !== 0) throw new S3Fault("MalformedPOSTRequest");
  }

  async #takeHead(): Promise<Uint8Array> {
    for (let from = 0;;) {
      const at = indexOf(this.#held, HEAD_END, from);
      if (at >= 0) return (await this.#take(at + HEAD_END.length)).subarray(0, at);
      if (this.#held.length > MAX_HEAD_BYTES) throw new S3Fault("MaxPostPreDataLengthExceeded");
      from = Math.max(0, this.#held.length - HEAD_END.length);
      await this.#more();
    }
  }

  async #take(count: number): Promise<Uint8Array> {
    while (this.#held.length < count) await this.#more();
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }

  async #more(): Promise<void> {
    const bytes = await this.#read();
    if (bytes === undefined) throw new S3Fault("IncompleteBody");
    this.#held = join(this.#held, bytes);
  }
}

function parsePartHead(bytes: Uint8Array): FormPart {
  const line = decodeText(bytes).split("\r\n").find((line) => /^content-disposition:/i.test(line)) ?? "";
  const name = parameter(line, "name");
  if (name === undefined) throw new S3Fault("MalformedPOSTRequest");
  const fileName = parameter(line, "filename")?.split(/[/\\]/).at(-1);
  return { name, ...(fileName === undefined ? {} : { fileName }) };
}

/** Browsers write a quote in a name as `%22`; other clients put a backslash before it. */
function parameter(line: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]*))`, "i").exec(line);
  return match === null
    ? undefined
    : match[1]?.replaceAll(/\\(["\\])/g, "$1").replaceAll("%22", '"') ?? match[2];
}

function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new S3Fault("MalformedPOSTRequest", { cause });
  }
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let at = from; (at = bytes.indexOf(wanted[0]!, at)) >= 0; at++) {
    if (at + wanted.length > bytes.length) return -1;
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
