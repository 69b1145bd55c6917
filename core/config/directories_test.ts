import assert from "node:assert/strict";
import { userDirectories } from "./directories.ts";
import { Environment } from "./env.ts";
import { parseSize } from "./quantity.ts";

Deno.test("directories follow XDG, and HOME where a variable is unset or relative", async () => {
  const variables = {
    HOME: "/home/ada/",
    XDG_CACHE_HOME: "/fast//",
    XDG_DATA_HOME: "relative",
    XDG_STATE_HOME: "",
  };
  assert.deepEqual(await userDirectories(new Environment(variables)), {
    config: "/home/ada/.config/aero",
    cache: "/fast/aero",
    data: "/home/ada/.local/share/aero",
    state: "/home/ada/.local/state/aero",
  });
});

Deno.test("without HOME the account's own home is taken", async () => {
  assert.match((await userDirectories(new Environment({}))).data, /^\/.*\/\.local\/share\/aero$/);
});

Deno.test("a HOME that is no absolute path is refused", async () => {
  await assert.rejects(userDirectories(new Environment({ HOME: "here" })), { code: "home_unknown" });
});

Deno.test("variables named like members of Object are unset", () => {
  assert.equal(new Environment({}).get("constructor"), undefined);
});

Deno.test("sizes are read in engine units and in powers of 1,000", () => {
  const cases: [string, number | undefined][] = [
    ["4g", 4 * 2 ** 30],
    ["512M", 512 * 2 ** 20],
    ["1.5 GB", 1.5e9],
    ["10GiB", 10 * 2 ** 30],
    ["100", 100],
    ["0", 0],
    ["4x", undefined],
    ["-1g", undefined],
    ["", undefined],
    ["9999999999999t", undefined],
    ["1constructor", undefined],
  ];
  for (const [text, bytes] of cases) assert.equal(parseSize(text), bytes, text);
});
