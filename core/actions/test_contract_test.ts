import assert from "node:assert/strict";
import { openMemoryStore } from "../../tests/support/memory_store.ts";
import { must } from "../plugin/conformance/case.ts";
import { storageClause, type StorageSubject } from "../plugin/conformance/storage_subject.ts";
import { clauseOutcome } from "./test_contract.ts";

async function openSubject(): Promise<StorageSubject & AsyncDisposable> {
  const test = await openMemoryStore();
  return { storage: test.storage, prefix: "check", [Symbol.asyncDispose]: () => test[Symbol.asyncDispose]() };
}

const about = { type: "clause", clause: "it holds", durationMs: 0 };

for (
  const [clause, expected] of [
    [storageClause("it holds", () => Promise.resolve()), { ...about, outcome: "kept" }],
    [
      storageClause("it holds", () => Promise.resolve(must(false, "3 keys of 4 were listed"))),
      { ...about, outcome: "broken", why: "3 keys of 4 were listed" },
    ],
    [
      storageClause("it holds", () => Promise.reject(new TypeError("torn"))),
      { ...about, outcome: "broken", why: "torn" },
    ],
    [
      storageClause("it holds", () => Promise.resolve(), () => "has no secrets"),
      { ...about, outcome: "skipped", why: "has no secrets" },
    ],
  ] as const
) {
  Deno.test(`a clause can be ${expected.outcome}${"why" in expected ? ` because ${expected.why}` : ""}`, async () => {
    await using subject = await openSubject();

    assert.deepEqual(await clauseOutcome(clause, subject, () => 7), expected);
  });
}

Deno.test("an abort breaks no clause: it passes", async () => {
  await using subject = await openSubject();
  const abort = new DOMException("Interrupted", "AbortError");
  const clause = storageClause("it holds", () => Promise.reject(abort));

  await assert.rejects(clauseOutcome(clause, subject, () => 0), (error) => error === abort);
});
