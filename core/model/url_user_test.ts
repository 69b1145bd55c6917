import assert from "node:assert/strict";
import { withoutUser } from "./url_user.ts";

for (
  const [url, without] of [
    ["postgresql+psycopg2://mira:hunter2@db:5432/lab", "postgresql+psycopg2://db:5432/lab"],
    ["https://tok@en@lab.example/a", "https://lab.example/a"],
    ["https://lab.example/a@b?c=d@e#f@g", "https://lab.example/a@b?c=d@e#f@g"],
    ["s3://bucket/key", "s3://bucket/key"],
    ["mira@lab.example", "mira@lab.example"],
    ["", ""],
  ] as const
) {
  Deno.test(`withoutUser() makes ${without || "nothing"} of ${url || "nothing"}`, () => {
    assert.equal(withoutUser(url), without);
  });
}
