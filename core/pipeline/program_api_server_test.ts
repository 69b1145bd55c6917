import assert from "node:assert/strict";
import { serveTokens } from "./program_api_server.ts";

const says = (text: string) => (request: Request) =>
  request.text().then((body) =>
    new Response(`${text} ${request.method} ${new URL(request.url).pathname} ${body}`)
  );

/** Asks at a socket, and gives the status and the body. */
async function askAt(path: string, line: string, token?: string): Promise<string> {
  using connection = await Deno.connect({ transport: "unix", path });
  const authorization = token === undefined ? "" : `Authorization: Bearer ${token}\r\n`;
  const text =
    `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${authorization}Content-Length: 2\r\n\r\nhi`;
  await connection.write(new TextEncoder().encode(text));
  const answer = await new Response(connection.readable).text();
  return `${answer.split(" ")[1]} ${answer.slice(answer.indexOf("\r\n\r\n") + 4)}`;
}

Deno.test("each token has its own API, and whoever has none is refused", async () => {
  const server = serveTokens("loopback", [
    { token: "a", handle: says("first") },
    { token: "b", handle: says("second") },
  ]);
  const ask = async (authorization: string) => {
    const answer = await fetch(`http://127.0.0.1:${server.port}/x`, { headers: { authorization } });
    return [answer.status, await answer.text()];
  };

  assert.deepEqual(await ask("Bearer a"), [200, "first GET /x "]);
  assert.deepEqual(await ask("Bearer b"), [200, "second GET /x "]);
  assert.equal((await ask("Bearer c"))[0], 401);
  assert.equal((await ask("a"))[0], 401);
  assert.equal((await ask(""))[0], 401);
  await server.close();
});

Deno.test("a socket may have a path of any length, is its owner's alone, and nothing else is left", async () => {
  const directory = await Deno.makeTempDir();
  const deep = `${directory}/${"long ".repeat(30)}`;
  await Deno.mkdir(deep);
  const server = serveTokens({ socket: `${deep}/socket` }, [{ token: "a", handle: says("it") }]);
  const short = `${directory}/s`;
  await Deno.symlink(deep, short);

  assert.equal(await askAt(`${short}/socket`, "PUT /y", "a"), "200 it PUT /y hi");
  assert.match(await askAt(`${short}/socket`, "PUT /y"), /^401 /);
  assert.equal((await Deno.stat(`${deep}/socket`)).mode! & 0o022, 0);
  assert.deepEqual([...Deno.readDirSync(deep)].map(({ name }) => name), ["socket"]);
  await server.close();
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a relay tells of its program, at a socket only", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/socket`;
  const server = serveTokens({ socket: path }, [{ token: "a", handle: says("it") }]);

  assert.deepEqual(server.launch, { launched: false, refused: false });
  assert.equal(await askAt(path, "POST /.aero/refused/x"), "409 ");
  const word = /^200 ([0-9a-f-]{36})$/.exec(await askAt(path, "POST /.aero/launched"))?.[1];
  assert.deepEqual(server.launch, { launched: true, refused: false });
  assert.equal(await askAt(path, "POST /.aero/launched"), "409 ", "the program does not get the word");
  assert.equal(await askAt(path, "POST /.aero/refused/x"), "409 ");
  assert.deepEqual(server.launch, { launched: true, refused: false });
  assert.equal(await askAt(path, `POST /.aero/refused/${word}`), "200 ");
  assert.deepEqual(server.launch, { launched: false, refused: true });
  await server.close();
  await Deno.remove(directory, { recursive: true });
});

Deno.test("what is under way is answered before the server closes", async () => {
  const arrived = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const server = serveTokens("loopback", [{
    token: "a",
    async handle() {
      arrived.resolve();
      await go.promise;
      return new Response("done");
    },
  }]);
  const asking = fetch(`http://127.0.0.1:${server.port}/`, { headers: { authorization: "Bearer a" } });
  await arrived.promise;

  let closed = false;
  const closing = server.close().then(() => closed = true);
  await Promise.resolve();
  assert.equal(closed, false);
  go.resolve();

  assert.equal(await (await asking).text(), "done");
  await closing;
});
