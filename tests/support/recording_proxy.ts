/** Stands between a client and a server of plain HTTP, keeps what was sent, and can be taken away and brought back. */
export class RecordingProxy implements AsyncDisposable {
  /** Where clients connect; stays the same. */
  readonly url: string;
  readonly #target: string;
  readonly #port: number;
  /** Passes a request on, and answers 502 all the same: as if the answer were lost. */
  loses: (method: string, path: string) => boolean = () => false;
  /** Answers with this, and passes nothing on. */
  answers: (method: string, path: string) => Response | Promise<Response> | undefined = () => undefined;
  #server: Deno.HttpServer | undefined;
  readonly #sent: string[] = [];

  constructor(target: string) {
    this.#target = target.replace(/\/+$/, "");
    this.#server = this.#listen(0);
    this.#port = (this.#server.addr as Deno.NetAddr).port;
    this.url = `http://127.0.0.1:${this.#port}`;
  }

  /** Methods, addresses, headers and bodies so far, less what logs in. */
  get sent(): string {
    return this.#sent.join("\n");
  }

  /** Nobody answers from now on. */
  async away(): Promise<void> {
    await this.#server?.shutdown();
    this.#server = undefined;
  }

  /** Answers again, at the same place. */
  back(): void {
    this.#server ??= this.#listen(this.#port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.away();
  }

  #listen(port: number): Deno.HttpServer {
    return Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, (request) => this.#pass(request));
  }

  async #pass(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const body = new Uint8Array(await request.arrayBuffer());
    const headers = new Headers(request.headers);
    const told = new Headers(headers);
    told.delete("authorization");
    headers.delete("host");
    this.#sent.push(
      `${request.method} ${pathname}${search} ${JSON.stringify([...told])}`,
      new TextDecoder().decode(body),
    );
    const own = await this.answers(request.method, pathname);
    if (own !== undefined) return own;
    const answer = await fetch(`${this.#target}${pathname}${search}`, {
      method: request.method,
      headers,
      redirect: "manual",
      ...(body.length === 0 ? {} : { body }),
    });
    if (this.loses(request.method, pathname)) {
      await answer.body?.cancel();
      return new Response("bad gateway", { status: 502 });
    }
    const back = new Headers(answer.headers);
    for (const name of ["content-encoding", "content-length", "transfer-encoding"]) back.delete(name);
    return new Response(await answer.arrayBuffer(), { status: answer.status, headers: back });
  }
}
