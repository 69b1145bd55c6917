import assert from "node:assert/strict";
import { isStorageError } from "../../../core/plugin/storage.ts";
import { startPlainS3 } from "../../../tests/support/plain_s3.ts";
import { s3Context } from "../../../tests/support/s3_subject.ts";
import { s3Storage } from "./mod.ts";

const KEYS = { region: "here", accessKey: "k".repeat(20), secret: "s".repeat(40) };

function page(keys: readonly string[], rest = "<IsTruncated>false</IsTruncated>"): string {
  const contents = keys.map((key) =>
    `<Contents><Key>${key}</Key><Size>1</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Contents>`
  );
  return `<ListBucketResult>${rest}<KeyCount>${keys.length}</KeyCount>${
    contents.join("")
  }</ListBucketResult>`;
}

/** What a listing of `a/` gives at a service that answers with these pages, one after the other. */
async function listingOf(pages: readonly string[]): Promise<{ keys: readonly string[]; queries: string[] }> {
  const queries: string[] = [];
  const instead = (request: Request) => {
    const body = pages[Math.min(queries.length, pages.length - 1)];
    queries.push(new URL(request.url).search);
    return new Response(`<?xml version="1.0"?>${body}`, { headers: { "content-type": "application/xml" } });
  };
  await using server = startPlainS3({ conditions: "501", instead });
  const { endpoint } = server;
  await using storage = await s3Storage.open(
    { endpoint, bucket: "bucket" },
    s3Context({ endpoint, ...KEYS }),
  );
  return { keys: await Array.fromAsync(storage.list("a/"), ({ key }) => key), queries };
}

const GOOD = page(["a/1", "a/2"]);

Deno.test("a listing that is whole is given", async () => {
  assert.deepEqual((await listingOf([GOOD])).keys, ["a/1", "a/2"]);
});

for (
  const [what, body] of [
    ["an entry is none any more", GOOD.replace(/<Contents>(.*?)<\/Contents>/, "<Contentz>$1</Contentz>")],
    ["a key is none any more", GOOD.replace(/<Key>(.*?)<\/Key>/, "<Kez>$1</Kez>")],
    ["a key begins otherwise", GOOD.replace("a/1", "q/1")],
    ["a key is another's", GOOD.replace("a/1", "a/2")],
    ["a size is no number", GOOD.replace("<Size>1<", "<Size>q<")],
    ["a time is none", GOOD.replace("-01T", "-q1T")],
    ["an element has no end", GOOD.replace("</Key>", "</Kez>")],
  ] as const
) {
  Deno.test(`a listing in which ${what} is none`, async () => {
    await assert.rejects(listingOf([body]), (error) => isStorageError(error, "unavailable"));
  });
}

const FULL = Array.from({ length: 1000 }, (_, i) => `a/${String(i).padStart(4, "0")}`);

Deno.test("that a full page is the last one is asked for once more", async () => {
  const { keys, queries } = await listingOf([page(FULL), page(["a/1000"])]);

  assert.deepEqual(keys, [...FULL, "a/1000"]);
  assert.equal(queries.length, 2);
  assert.match(queries[1]!, /start-after=a%2F0999/);
});

Deno.test("a page that says both where the next begins and that there is none is gone on with", async () => {
  const both = "<IsTruncated>fblse</IsTruncated><NextContinuationToken>t</NextContinuationToken>";

  assert.deepEqual((await listingOf([page(["a/1"], both), page(["a/2"])])).keys, ["a/1", "a/2"]);
});

Deno.test("a service that gives the same full page again has no more", async () => {
  assert.deepEqual((await listingOf([page(FULL)])).keys, FULL);
});
