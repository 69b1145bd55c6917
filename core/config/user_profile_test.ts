// deno-lint-ignore-file camelcase -- keys are written here as files have them
import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import { withProfile, writeUserProfile } from "./user_profile.ts";

const OPTIONS = { endpoint: "http://127.0.0.1:1", credentials_file: "/c" };
const set = (text: string, options = OPTIONS) => withProfile(text, "config.yaml", "local", options);

Deno.test("a profile is written into a file that is empty, or has comments alone", () => {
  const profile = "profiles:\n  local:\n    endpoint: http://127.0.0.1:1\n    credentials_file: /c\n";
  assert.equal(set(""), profile);
  assert.equal(set("# mine\n"), `# mine\n${profile}`);
});

Deno.test("what else is in the file stays, comments too", () => {
  const text = "# mine\ncache: { max_size: 5GB } # small disk\nprofiles:\n  group: { endpoint: http://b }\n";

  assert.equal(
    set(text),
    "# mine\ncache: { max_size: 5GB } # small disk\nprofiles:\n  group: { endpoint: http://b }\n" +
      "  local:\n    endpoint: http://127.0.0.1:1\n    credentials_file: /c\n",
  );
});

Deno.test("a profile that was set here is set anew; the same again changes nothing", () => {
  const once = set("");
  assert.equal(set(once), once);
  assert.match(
    set(once, { ...OPTIONS, endpoint: "http://127.0.0.1:2" }),
    /endpoint: http:\/\/127\.0\.0\.1:2\n/,
  );
});

Deno.test("a profile of somebody else's is not touched", () => {
  assert.throws(
    () => set("profiles: { local: { endpoint: http://other } }\n"),
    (error) => error instanceof UserError && error.code === "profile_taken",
  );
});

Deno.test("a file that cannot be read is left alone", () => {
  assert.throws(
    () => set("profiles: [\n"),
    (error) => error instanceof UserError && error.code === "config_unreadable",
  );
});

Deno.test("the file and its directory are made, and a link to it is kept", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/aero/config.yaml`;
    assert.equal(await writeUserProfile(path, "local", OPTIONS), true);
    assert.equal(await writeUserProfile(path, "local", OPTIONS), false);

    await Deno.rename(path, `${directory}/kept.yaml`);
    await Deno.symlink(`${directory}/kept.yaml`, path);
    await writeUserProfile(path, "other", OPTIONS);

    assert.equal((await Deno.lstat(path)).isSymlink, true);
    assert.match(await Deno.readTextFile(`${directory}/kept.yaml`), /other:/);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
