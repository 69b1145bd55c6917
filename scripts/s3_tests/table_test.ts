import assert from "node:assert/strict";
import { readResults } from "./results.ts";
import { selectTests } from "./selection.ts";
import { failureList, groupTable } from "./table.ts";

const REPORT = `<testsuites><testsuite>
<testcase classname="s3tests.functional.test_s3" name="test_fine" time="0.5" />
<testcase classname="s3tests.functional.test_s3" name="test_wrong[a]" time="1"><failure message="assert 1 &lt; 0&#10;more">trace</failure></testcase>
<testcase classname="s3tests.functional.test_s3" name="test_unclean" time="1" />
<testcase classname="s3tests.functional.test_s3" name="test_unclean" time="1"><error message="teardown">trace</error></testcase>
<testcase classname="s3tests.functional.test_s3" name="test_left_out" time="0"><skipped message="why">x</skipped></testcase>
</testsuite></testsuites>`;

Deno.test("a report of pytest is read with names, outcomes and first lines", () => {
  assert.deepEqual(readResults(REPORT).map(({ name, outcome, why }) => [name, outcome, why]), [
    ["fine", "passed", ""],
    ["wrong[a]", "failed", "assert 1 < 0"],
    ["unclean", "failed", "teardown"],
    ["left_out", "skipped", "why"],
  ]);
});

Deno.test("the table counts by group and sums what is listed", () => {
  const selected = [
    { group: "a", name: "fine", radosgw16: true, radosgw20: true },
    { group: "a", name: "wrong[a]", radosgw16: false, radosgw20: true },
    { group: "cors", name: "cors_origin" },
  ];
  const lines = groupTable(selected, readResults(REPORT)).split("\n").slice(2);

  assert.deepEqual(lines, [
    "| a | 2 | 1 | 1 | 2 |",
    "| cors | 1 | 0 | 10 | 10 |",
    "| all listed | 2 | 1 | 1 | 2 |",
  ]);
  assert.deepEqual(failureList(selected, readResults(REPORT)), [
    "a: wrong[a] (radosgw 20.2 passes): assert 1 < 0",
    "cors: cors_origin: not run",
  ]);
});

Deno.test("the selection is the 340 listed tests and what the suite has of three further groups", async () => {
  const suite =
    "def test_object_lock_x():\ndef test_post_object_y(a):\ndef test_set_cors():\ndef test_else():\n";
  const selected = await selectTests(suite);

  assert.equal(selected.filter(({ radosgw20 }) => radosgw20 !== undefined).length, 340);
  assert.equal(selected.filter(({ radosgw20 }) => radosgw20).length, 321);
  assert.deepEqual(selected.slice(340).map(({ group }) => group), ["object lock", "post object", "cors"]);
});
