import { createHash, timingSafeEqual } from "node:crypto";

/** Bytes of a Unix socket's path, less the one that ends it; unix(7). */
const MAX_SOCKET_PATH_BYTES = 107;

/** Whoever is served at an address knows a token; each token has an API of its own. */
export interface TokenHolder {
  readonly token: string;
  /** Answers a request with that token. */
  readonly handle: (request: Request) => Promise<Response>;
}

/** What the relay in a container has told of its program. */
export interface LaunchState {
  /** Whether the program was about to begin: without, nothing of it has run. */
  launched: boolean;
  /** Whether it then could not be started. */
  refused: boolean;
}

/** Where to listen: a Unix socket that does not exist, or any free port of the loopback device. */
export type ServerPlace = { readonly socket: string } | "loopback";

/** A server for one program. */
export interface ProgramApiServer {
  /** 0 at a socket. */
  readonly port: number;
  readonly launch: Readonly<LaunchState>;
  /** Ends serving once each request that is under way is answered, or soon. */
  close(): Promise<void>;
}

/** How long requests that are under way are waited for: who made them is gone, so that this is no rule. */
const CLOSE_MS = 5_000;

/** Serves APIs; a request without a token of one of them is refused. */
export function serveTokens(place: ServerPlace, holders: readonly TokenHolder[]): ProgramApiServer {
  const launching = new Launching();
  const known = holders.map(({ token, handle }) => ({ digest: digestOf(`Bearer ${token}`), handle }));
  const active = new Set<Promise<Response>>();
  const handler = async (request: Request): Promise<Response> => {
    const told = place === "loopback" ? undefined : launching.take(request);
    if (told !== undefined) return told;
    const given = digestOf(request.headers.get("authorization") ?? "");
    // All are compared, each in constant time.
    const [holder] = known.filter(({ digest }) => timingSafeEqual(digest, given));
    if (holder === undefined) return refusal(401, "UNAUTHENTICATED", "the token of this run is missing");
    const answer = holder.handle(request);
    active.add(answer);
    return await answer.finally(() => active.delete(answer));
  };
  const onError = () => refusal(500, "INTERNAL_ERROR", "aero could not answer");
  const abort = new AbortController();
  const options = { onListen() {}, onError, signal: abort.signal };
  const server = place === "loopback"
    ? Deno.serve({ ...options, hostname: "127.0.0.1", port: 0 }, handler)
    : withShortPath(place.socket, (path) => Deno.serve({ ...options, path }, handler));
  return {
    port: server.addr.transport === "tcp" ? server.addr.port : 0,
    launch: launching.state,
    close: async () => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => timer = setTimeout(resolve, CLOSE_MS));
      await Promise.race([Promise.allSettled(active), late]);
      clearTimeout(timer);
      // Connections that are kept open for a further request end with this as well.
      abort.abort();
      await server.finished;
    },
  };
}

/** Takes what a relay tells: once, and the program that follows it cannot say the same. */
class Launching {
  readonly state: LaunchState = { launched: false, refused: false };
  readonly #word = crypto.randomUUID();

  /** The answer to a relay; `undefined` if it is none that asks. */
  take({ method, url }: Request): Response | undefined {
    const told = method === "POST" ? /^[^/]*\/\/[^/]*\/\.aero\/(launched|refused\/(.+))$/.exec(url) : null;
    if (told === null) return undefined;
    const { state } = this;
    const [, what, word] = told;
    if (what === "launched" && !state.launched && !state.refused) {
      state.launched = true;
      return new Response(this.#word);
    }
    if (word !== this.#word || !state.launched) return new Response(null, { status: 409 });
    state.launched = false;
    state.refused = true;
    return new Response();
  }
}

function digestOf(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}

function refusal(status: number, code: string, message: string): Response {
  return Response.json({ error_code: code, message }, { status });
}

/** Listens at a path however long it is: through a link that is short, and gone when this returns. */
function withShortPath<T>(path: string, listen: (path: string) => T): T {
  if (new TextEncoder().encode(path).length <= MAX_SOCKET_PATH_BYTES) return listen(path);
  const cut = path.lastIndexOf("/");
  const directory = Deno.makeTempDirSync({ prefix: "aero-" });
  try {
    Deno.symlinkSync(path.slice(0, cut), `${directory}/d`);
    return listen(`${directory}/d${path.slice(cut)}`);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}
