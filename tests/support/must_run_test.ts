import assert from "node:assert/strict";
import { subjectOrSkip } from "./must_run.ts";

const refuse = () => Promise.reject(new TypeError("not\nhere"));

Deno.test("subjectOrSkip() gives a subject that opens", async () => {
  assert.deepEqual(await subjectOrSkip("podman", () => Promise.resolve(1), { list: "podman" }), {
    subject: 1,
  });
});

Deno.test("subjectOrSkip() says in one line why a subject does not open", async () => {
  const told: string[] = [];
  const options = { list: "docker, s3", tell: (line: string) => void told.push(line) };

  const opened = await subjectOrSkip("podman", refuse, options);

  assert.deepEqual(opened, { skipped: "podman: not here" });
  assert.deepEqual(told, ["SKIP podman: not here"]);
});

Deno.test("subjectOrSkip() fails if a subject that must run does not open", async () => {
  await assert.rejects(subjectOrSkip("podman", refuse, { list: "docker, podman" }), { message: "not\nhere" });
});
