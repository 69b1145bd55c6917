import assert from "node:assert/strict";
import { subjectOrSkip } from "../../tests/support/must_run.ts";

const RELAY = new URL("relay.py", import.meta.url).pathname;

/** The interpreter itself: what is found on a PATH may be a script that adds variables. */
const python = await subjectOrSkip("python3", async () => {
  const args = ["-c", "import sys; print(sys.executable)"];
  const { success, stdout } = await new Deno.Command("python3", { args }).output();
  assert.ok(success, "python3 fails");
  return new TextDecoder().decode(stdout).trim();
});
const interpreter = "subject" in python ? python.subject : "python3";
/** Without a locale: Python sets one for the programs that it starts. */
const VARIABLES = { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin" };
const ignore = "skipped" in python || Deno.build.os !== "linux";

/** What listens at a socket, and what it was told. */
class Listener implements AsyncDisposable {
  readonly directory = Deno.makeTempDirSync();
  readonly told: string[] = [];
  readonly #server: Deno.HttpServer;

  constructor() {
    this.#server = Deno.serve({ path: this.socket, onListen() {} }, async (request) => {
      const { pathname } = new URL(request.url);
      this.told.push(pathname);
      if (pathname.startsWith("/.aero/")) return new Response("word");
      const body = new Uint8Array(await request.arrayBuffer());
      return new Response(body.toReversed());
    });
  }

  get socket(): string {
    return `${this.directory}/socket`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    await Deno.remove(this.directory, { recursive: true });
  }
}

/** Runs a program behind the relay, at a port that nobody else has by then. */
async function relayed(socket: string, command: (port: number) => readonly string[]) {
  for (;;) {
    const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = probe.addr;
    probe.close();
    const args = ["-I", "-S", "-B", RELAY, String(port), socket, ...command(port)];
    const child = new Deno.Command(interpreter, {
      args,
      env: VARIABLES,
      clearEnv: true,
      stdout: "piped",
      stderr: "piped",
    });
    const { code, stdout, stderr } = await child.output();
    endRelay(port);
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    if (!text(stderr).includes("Address already in use")) {
      return { code, stdout: text(stdout), stderr: text(stderr), port };
    }
  }
}

/** Outside of a container nobody else ends it. */
function endRelay(port: number): void {
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const words = Deno.readTextFileSync(`/proc/${name}/cmdline`).split("\0");
      if (words.includes(RELAY) && words.includes(String(port))) Deno.kill(Number(name), "SIGKILL");
    } catch {
      // It has ended.
    }
  }
}

const CLIENT = `
import socket, sys, threading
port = int(sys.argv[1])
def one(size):
    body = bytes(i % 251 for i in range(997)) * (size // 997 + 1)
    body = body[:size]
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.sendall(b"POST /echo HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\nContent-Length: %d\\r\\n\\r\\n" % size)
        s.sendall(body)
        answer = b"".join(iter(lambda: s.recv(1 << 16), b""))
    head, back = answer.split(b"\\r\\n\\r\\n", 1)
    assert head.startswith(b"HTTP/1.1 200"), head
    assert back == body[::-1], "what came back is something else"
    done.append(size)
done = []
threads = [threading.Thread(target=one, args=(size,)) for size in [0, 1, 5_000_000] + [10_000] * 50]
[t.start() for t in threads]; [t.join() for t in threads]
print(len(done))
`;

Deno.test({
  name: "the relay passes bytes both ways, many connections at once",
  ignore,
  async fn() {
    await using listener = new Listener();

    const { code, stdout, stderr } = await relayed(
      listener.socket,
      (port) => [interpreter, "-c", CLIENT, `${port}`],
    );

    assert.equal(code, 0, stderr);
    assert.equal(stdout, "53\n");
    assert.equal(listener.told[0], "/.aero/launched");
  },
});

Deno.test({
  name: "a program behind the relay has the signals, files and variables that it would have without",
  ignore,
  async fn() {
    await using listener = new Listener();
    const script =
      `grep -E '^Sig(Ign|Blk|Cgt)' /proc/self/status; ls /proc/self/fd | wc -l; env | grep -v ^_= | sort; exit 9`;
    const plain = await new Deno.Command("sh", {
      args: ["-c", script],
      env: VARIABLES,
      clearEnv: true,
    }).output();

    const { code, stdout } = await relayed(listener.socket, () => ["sh", "-c", script]);

    assert.equal(code, 9);
    assert.equal(stdout, new TextDecoder().decode(plain.stdout));
  },
});

Deno.test({
  name: "a program that cannot be started is told of as refused",
  ignore,
  async fn() {
    await using listener = new Listener();

    const { code } = await relayed(listener.socket, () => ["no-such-program"]);

    assert.equal(code, 127);
    assert.deepEqual(listener.told, ["/.aero/launched", "/.aero/refused/word"]);
  },
});

Deno.test({
  name: "nothing is started where nobody listens",
  ignore,
  async fn() {
    const { code, stdout, stderr } = await relayed("/nonexistent/socket", () => ["echo", "started"]);

    assert.equal(code, 127);
    assert.equal(stdout, "");
    assert.match(stderr, /^aero: no relay: /);
  },
});

Deno.test({
  name: "relay.py uses no syntax younger than Python 3.8",
  ignore,
  async fn() {
    const check = "import ast, sys; ast.parse(open(sys.argv[1]).read(), feature_version=(3, 8))";
    const { code, stderr } = await new Deno.Command(interpreter, { args: ["-c", check, RELAY] }).output();

    assert.equal(code, 0, new TextDecoder().decode(stderr));
  },
});
