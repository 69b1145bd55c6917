import assert from "node:assert/strict";
import { minifyAll } from "./minify.ts";

Deno.test("what is used once is still disposed when it was shortened", async () => {
  const [text] = await minifyAll([`
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
  `]);

  const { told } = await import(`data:text/javascript,${encodeURIComponent(text!)}`);

  assert.deepEqual(told, ["acts", "disposed"]);
});
