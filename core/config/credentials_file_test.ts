import assert from "node:assert/strict";
import { readCredentials, sectionOf, withSection, writeCredentials } from "./credentials_file.ts";

const KEYS = { id: "a", secret: "b" };

Deno.test("a section is added to a file that lacks it", () => {
  assert.equal(withSection("", "local", KEYS), "[local]\nid = a\nsecret = b\n");
  assert.equal(
    withSection("# mine\n[x]\nid = 1", "local", KEYS),
    "# mine\n[x]\nid = 1\n\n[local]\nid = a\nsecret = b\n",
  );
});

Deno.test("a section that is there is replaced, and all around it stays", () => {
  const before = "# mine\n[x]\nid = 1\n\n[local]\nid = old\nmore = 2\n\n[y]\nid = 3\n";

  assert.equal(
    withSection(before, "local", KEYS),
    "# mine\n[x]\nid = 1\n\n[local]\nid = a\nsecret = b\n\n[y]\nid = 3\n",
  );
});

Deno.test("setting the same twice changes nothing", () => {
  const once = withSection("[x]\nid = 1\n", "local", KEYS);
  assert.equal(withSection(once, "local", KEYS), once);
});

Deno.test("credentials are for their owner alone, also where the file was open to others", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/credentials`;
    await Deno.writeTextFile(path, "[x]\n", { mode: 0o644 });

    await writeCredentials(path, "local", { id: { reveal: () => "a" } });

    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    assert.equal(await Deno.readTextFile(path), "[x]\n\n[local]\nid = a\n");
    assert.deepEqual([...Deno.readDirSync(directory)].map(({ name }) => name), ["credentials"]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a section is read back as it was set, without comments and without its neighbours", () => {
  const text = withSection("[x]\nid = 1\n\n[y]\nid = 3\n", "local", KEYS).replace(
    "[local]\n",
    "[local]\n# no = c\n",
  );

  assert.deepEqual(sectionOf(text, "local"), KEYS);
  assert.deepEqual(sectionOf(text, "x"), { id: "1" });
  assert.equal(sectionOf(text, "z"), undefined);
});

Deno.test("a file that is not there has no section", async () => {
  assert.equal(await readCredentials("/nowhere/at/all", "local"), undefined);
});
