import assert from "node:assert/strict";
import { dataDirectoryOf } from "./data_directory.ts";
import { Environment } from "./env.ts";

Deno.test("the data directory is that of the variable, of the file, or the usual one; the rest of the file does not matter", async () => {
  const config = await Deno.makeTempDir();
  try {
    const directories = { config, cache: "/cache", data: "/usual", state: "/state" };
    const find = (variables = {}) => dataDirectoryOf(new Environment(variables), directories);

    assert.equal(await find(), "/usual");
    await Deno.writeTextFile(
      `${config}/config.yaml`,
      "storage: { use: nonsense }\ndata: { directory: /big/disk/ }\n",
    );
    assert.equal(await find(), "/big/disk");
    assert.equal(await find({ AERO_DATA_DIR: "/other" }), "/other");
  } finally {
    await Deno.remove(config, { recursive: true });
  }
});
