const decoder = new TextDecoder();

/** Sends bytes as they are, one character a byte, and reads until the server ends the connection. */
export async function sendRaw(port: number, ...pieces: readonly string[]): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  for (const piece of pieces) {
    await connection.write(Uint8Array.from(piece, (character) => character.charCodeAt(0)));
  }
  return await readToEnd(connection);
}

/** All that a connection gives until it ends or breaks, as UTF-8. */
export async function readToEnd(connection: Deno.Conn): Promise<string> {
  let text = "";
  const buffer = new Uint8Array(65536);
  for (;;) {
    const count = await connection.read(buffer).catch(() => null);
    if (count === null) return text;
    text += decoder.decode(buffer.subarray(0, count));
  }
}
