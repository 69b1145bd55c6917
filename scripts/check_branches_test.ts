import assert from "node:assert/strict";
import { readReport } from "./check_branches.ts";

Deno.test("a branch that was counted 0 times, or never reached, is missed", () => {
  const report = readReport(
    "SF:/a.ts\nBRDA:3,1,0,2\nBRDA:4,1,1,0\nend_of_record\nSF:/b.ts\nDA:1,1\nBRDA:9,2,0,-\nend_of_record\n",
  );

  assert.deepEqual(report.missed, [{ file: "/a.ts", line: 4 }, { file: "/b.ts", line: 9 }]);
  assert.deepEqual([...report.files], ["/a.ts", "/b.ts"]);
});
