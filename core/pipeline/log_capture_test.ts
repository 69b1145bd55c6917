import assert from "node:assert/strict";
import { redactor } from "../config/redact.ts";
import { LogCapture } from "./log_capture.ts";

/** Sends pieces through a capture; what was kept and what was shown. */
function capture(pieces: readonly string[], secrets: Readonly<Record<string, string>>) {
  const path = Deno.makeTempFileSync();
  try {
    let shown = "";
    {
      using log = new LogCapture(
        path,
        redactor(secrets),
        (bytes) => shown += new TextDecoder().decode(bytes),
      );
      for (const piece of pieces) log.write(new TextEncoder().encode(piece));
    }
    return { kept: Deno.readTextFileSync(path), shown };
  } finally {
    Deno.removeSync(path);
  }
}

Deno.test("a capture keeps and shows the same, piece by piece", () => {
  assert.deepEqual(capture(["one ", "", "two\n"], {}), { kept: "one two\n", shown: "one two\n" });
});

Deno.test("a secret reaches neither the file nor the screen, also cut between pieces", () => {
  const text = "token is hunter2-hunter2!\n";

  const { kept, shown } = capture([...text], { TOKEN: "hunter2-hunter2" });

  assert.equal(kept, "token is [secret TOKEN]!\n");
  assert.equal(shown, kept);
});

Deno.test("what is held back for fear of a secret comes at the end", () => {
  assert.equal(capture(["it was hunt"], { TOKEN: "hunter2" }).kept, "it was hunt");
});

Deno.test("a capture begins its file anew", () => {
  const path = Deno.makeTempFileSync();
  Deno.writeTextFileSync(path, "old and long");
  {
    using log = new LogCapture(path, redactor({}), () => {});
    log.write(new TextEncoder().encode("new"));
  }

  assert.equal(Deno.readTextFileSync(path), "new");
  Deno.removeSync(path);
});
