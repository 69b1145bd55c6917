/**
 * A small server of objects that speaks enough S3 for a storage, proves nobody's signature, and knows no conditions of
 * puts: it passes over them, or answers 501. Listings see what was stored before they began, and nothing else is sure:
 * requests take as long as `delay` says, before and after what they do.
 */
export interface PlainS3 extends AsyncDisposable {
  readonly endpoint: string;
  /** By `bucket/key`. */
  readonly objects: ReadonlyMap<string, Uint8Array>;
  /** `METHOD key`, as they came. */
  readonly requests: readonly string[];
  /** Stores an empty object of a certain age; epoch milliseconds. */
  leave(key: string, at: number): void;
}

/** How a {@link PlainS3} behaves. */
export interface PlainS3Options {
  readonly conditions: "passed over" | "501";
  /** Milliseconds, before and after; by method and `bucket/key`. Default: none. */
  readonly delay?: (method: string, key: string) => number;
  /** Answers in place of the server: for faults. */
  readonly instead?: (request: Request, key: string) => Response | undefined;
}

interface Stored {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly at: number;
}

/** Starts one at a free port. */
export function startPlainS3(options: PlainS3Options): PlainS3 {
  const objects = new Map<string, Stored>();
  const requests: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const url = new URL(request.url);
    const key = decodeURIComponent(url.pathname.slice(1)).replace(/\/$/, "");
    requests.push(`${request.method} ${key}${url.search}`);
    const body = new Uint8Array(await request.arrayBuffer());
    const wait = () => new Promise((go) => setTimeout(go, options.delay?.(request.method, key) ?? 0));
    await wait();
    const reply = options.instead?.(request, key) ?? act(objects, options, request, { url, key, body });
    await wait();
    return reply;
  });
  return {
    endpoint: `http://127.0.0.1:${server.addr.port}`,
    objects: new MapView(objects),
    requests,
    leave: (key, at) => void objects.set(key, { bytes: new Uint8Array(), at }),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

class MapView extends Map<string, Uint8Array> {
  constructor(objects: Map<string, Stored>) {
    super();
    this.get = (key) => objects.get(key)?.bytes;
    this.keys = () => objects.keys();
  }
}

function act(
  objects: Map<string, Stored>,
  { conditions }: PlainS3Options,
  request: Request,
  { url, key, body }: { readonly url: URL; readonly key: string; readonly body: Uint8Array<ArrayBuffer> },
): Response {
  if (request.method === "PUT") {
    if (request.headers.has("if-none-match") && conditions === "501") return fault(501, "NotImplemented");
    objects.set(key, { bytes: body, at: Date.now() });
    return new Response(null, { headers: { etag: '"x"' } });
  }
  if (request.method === "DELETE") {
    objects.delete(key);
    return new Response(null, { status: 204 });
  }
  if (url.searchParams.has("versioning")) return fault(501, "NotImplemented");
  if (!key.includes("/")) return listing(objects, key, url.searchParams);
  const object = objects.get(key);
  if (object === undefined) return fault(404, "NoSuchKey");
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("range") ?? "");
  const from = Number(range?.[1] ?? 0), to = range?.[2] ? Number(range[2]) + 1 : object.bytes.length;
  const headers = { etag: '"x"', "last-modified": new Date(object.at).toUTCString() };
  return new Response(object.bytes.slice(from, to), { status: range ? 206 : 200, headers });
}

function listing(objects: Map<string, Stored>, bucket: string, query: URLSearchParams): Response {
  const prefix = `${bucket}/${query.get("prefix") ?? ""}`;
  const contents = [...objects].filter(([name]) => name.startsWith(prefix)).map(([name, { bytes, at }]) =>
    `<Contents><Key>${name.slice(bucket.length + 1)}</Key><Size>${bytes.length}</Size>` +
    `<LastModified>${new Date(at).toISOString()}</LastModified></Contents>`
  );
  return new Response(
    `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${
      contents.join("")
    }</ListBucketResult>`,
    { headers: { "content-type": "application/xml" } },
  );
}

/** A reply with an error document. */
export function fault(status: number, code: string, headers: Record<string, string> = {}): Response {
  return new Response(`<?xml version="1.0"?><Error><Code>${code}</Code><Message></Message></Error>`, {
    status,
    headers: { "content-type": "application/xml", ...headers },
  });
}
