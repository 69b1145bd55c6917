import assert from "node:assert/strict";
import type { Connection } from "./connection.ts";
import { listRuns } from "./read_runs.ts";

Deno.test("a server that sends empty pages for ever is left", async () => {
  const page = { project: { runs: { edges: [], pageInfo: { endCursor: "more", hasNextPage: true } } } };
  let asked = 0;
  const connection = {
    ask() {
      if (++asked > 10) throw new TypeError("it is asked again and again");
      return Promise.resolve(page);
    },
  } as unknown as Connection;
  const project = { entity: "lab", project: "digits", web: "https://wandb.lab", needed: true };

  await assert.rejects(
    Array.fromAsync(listRuns(connection, project, 50, { what: "Cannot list", signal: undefined })),
    { code: "tracker_refused" },
  );
});
