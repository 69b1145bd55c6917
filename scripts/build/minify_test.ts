import assert from "node:assert/strict";
import { minify } from "./minify.ts";

async function withModule(text: string, use: (directory: string) => Promise<void>) {
  const directory = await Deno.makeTempDir({ prefix: "aero minify " });
  try {
    await Deno.mkdir(`${directory}/below`);
    await Deno.writeTextFile(`${directory}/below/module.js`, text);
    await use(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("what is used once is still disposed when it was shortened", async () => {
  const source = `
    const told = [];
    class Resource {
      [Symbol.dispose]() { told.push("disposed"); }
      act() { told.push("acts"); }
    }
    function once() {
      using resource = new Resource();
      resource.act();
    }
    once();
    export { told };
  `;
  await withModule(source, async (directory) => {
    await minify(directory, ["below/module.js"]);
    const text = await Deno.readTextFile(`${directory}/below/module.js`);
    assert.ok(text.length < source.length / 1.5);

    const { told } = await import(`data:text/javascript,${encodeURIComponent(text)}`);

    assert.deepEqual(told, ["acts", "disposed"]);
  });
});

Deno.test("a module that is no JavaScript is refused, and stays as it was", async () => {
  await withModule("let = = 1", async (directory) => {
    await assert.rejects(minify(directory, ["below/module.js"]), /below\/module\.js/);

    assert.equal(await Deno.readTextFile(`${directory}/below/module.js`), "let = = 1");
  });
});
