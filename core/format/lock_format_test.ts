import assert from "node:assert/strict";
import { UserError } from "../errors.ts";
import type { Digest } from "../model/digest.ts";
import type { LockEntry } from "../model/lock.ts";
import { readLock, writeLock } from "./lock_format.ts";

const A = `sha256:${"a".repeat(64)}` as Digest;
const B = `sha256:${"b".repeat(64)}` as Digest;
const PLATFORM = "linux/amd64";

const BASE: LockEntry = { kind: "base", reference: "python:3.12", platform: PLATFORM, image: A };
const IMAGE: LockEntry = { kind: "image", source: A, platform: PLATFORM, image: B };
const PACKAGE: LockEntry = {
  kind: "package",
  source: A,
  platform: PLATFORM,
  name: "libgomp1",
  version: "12.2.0-14+deb12u1",
};

function refuses(text: string, code: string, why: RegExp): void {
  assert.throws(() => readLock(text), (error) => {
    assert(error instanceof UserError);
    assert.equal(error.code, code);
    assert.match(error.report.why!, why);
    assert(error.report.fix!.length > 0);
    return true;
  });
}

Deno.test("the text does not depend on the order of entries, and has each once", () => {
  const text = writeLock([PACKAGE, IMAGE, BASE, IMAGE]);

  assert.equal(text, writeLock([BASE, IMAGE, PACKAGE]));
  assert.deepEqual(readLock(text), [BASE, IMAGE, PACKAGE]);
});

Deno.test("lines of two branches that git merged are read together", () => {
  const ours = writeLock([BASE, IMAGE]).split("\n"), theirs = writeLock([BASE, PACKAGE]).split("\n");

  assert.deepEqual(readLock([...ours, ...theirs].join("\r\n")), [BASE, IMAGE, PACKAGE]);
});

Deno.test("a lock that was never written has no entries", () => assert.deepEqual(readLock(""), []));

for (const marker of ["<<<<<<< HEAD", "=======", ">>>>>>> other", "||||||| 3f1c"]) {
  Deno.test(`the conflict marker ${marker} is refused with its line and the fix`, () => {
    const text = writeLock([BASE]) + marker + "\n";

    refuses(text, "lock_invalid", /^line 3 is the conflict marker/);
    assert.throws(() => readLock(text), (error) => /`aero build`/.test((error as UserError).report.fix![0]!));
  });
}

Deno.test("two lines that resolve one name differently are refused", () => {
  refuses(writeLock([BASE, { ...BASE, image: B }]), "lock_invalid", /line 3.*same name as line 2/);
});

for (
  const line of [
    "base python:3.12 linux/amd64",
    `base python:3.12 linux/amd64 ${A} x`,
    `base  python:3.12 linux/amd64 ${A}`,
    "base python:3.12 linux/amd64 sha256:abc",
    `image python:3.12 linux/amd64 ${A}`,
    `other a b ${A}`,
    `package ${A} linux/amd64 name`,
    "nonsense",
  ]
) {
  Deno.test(`the line ${JSON.stringify(line)} is refused`, () => {
    refuses(line, "lock_invalid", /line 1/);
  });
}

Deno.test("a lock of a newer format says so", () =>
  refuses("# aero.lock 2: x\nwhat a b\n", "lock_newer", /format 2/));

Deno.test("white space in a field cannot be written", () => {
  assert.throws(() => writeLock([{ ...BASE, reference: "a b" }]), TypeError);
});
