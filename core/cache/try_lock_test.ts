import assert from "node:assert/strict";
import { tryLock } from "./try_lock.ts";

/** The file, as runtimes have it that can only wait for a lock. */
function thatOnlyWaits(file: Deno.FsFile): Deno.FsFile {
  return new Proxy(file, {
    get(target, name) {
      if (name === "tryLockSync") return undefined;
      const member = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

for (
  const [runtime, as] of [["this runtime", (file: Deno.FsFile) => file], [
    "an older one",
    thatOnlyWaits,
  ]] as const
) {
  Deno.test(`on ${runtime} shared locks stand beside each other, and an exclusive one alone`, () => {
    const path = Deno.makeTempFileSync();
    const open = () => as(Deno.openSync(path, { read: true, write: true }));
    const files = [open(), open(), open()] as const;
    try {
      assert.equal(tryLock(files[0], { exclusive: false }), true);
      assert.equal(tryLock(files[1], { exclusive: false }), true);
      assert.equal(tryLock(files[2], { exclusive: true }), false);

      files[0].unlockSync();
      files[1].unlockSync();

      assert.equal(tryLock(files[2], { exclusive: true }), true);
      assert.equal(tryLock(files[0], { exclusive: false }), false);
    } finally {
      for (const file of files) file.close();
      Deno.removeSync(path);
    }
  });
}
