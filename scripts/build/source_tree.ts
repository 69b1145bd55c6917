/** Writes a small program with a lazy command and a worker, laid out as aero is; for tests of the build. */
export async function writeSourceTree(root: string): Promise<void> {
  const files: Record<string, string> = {
    "deno.json": `{ "name": "tiny", "exports": "./main.ts", "version": "1.2.3" }`,
    "core/version.ts": await Deno.readTextFile(new URL("../../core/version.ts", import.meta.url)),
    "main.ts": `
      import { versionText } from "./core/version.ts";
      const commands = { sum: () => import("./core/commands/sum.ts") };
      if (Deno.args[0] === "--version") console.log(versionText());
      else if (Deno.args[0] === "sum") console.log(await (await commands.sum()).sum(Deno.args.slice(1).map(Number)));
      else if (Deno.args[0] === "exit") Deno.exit(Number(Deno.args[1]));
      else console.log(JSON.stringify({ args: Deno.args, home: Deno.env.get("HOME"), path: Deno.env.get("PATH") }));
    `,
    "core/commands/sum.ts": `
      import { inWorker } from "../store/adder.ts";
      export const sum = (numbers: number[]) => inWorker(numbers);
    `,
    "core/store/adder.ts": `
      export function inWorker(numbers: number[]): Promise<number> {
        const worker = new Worker(new URL("./adder_worker.ts", import.meta.url), { type: "module" });
        return new Promise((resolve, reject) => {
          worker.onerror = (event) => reject(new TypeError(event.message));
          worker.onmessage = (event) => { worker.terminate(); resolve(event.data); };
          worker.postMessage(numbers);
        });
      }
    `,
    "core/store/adder_worker.ts": `
      self.onmessage = (event: MessageEvent<number[]>) =>
        (self as unknown as Worker).postMessage(event.data.reduce((a, b) => a + b, 0));
    `,
  };
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(`${root}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${root}/${path}`, text);
  }
}
