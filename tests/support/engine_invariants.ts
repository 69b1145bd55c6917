import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";

/**
 * Checks that the directory of an object engine that is closed holds what its rows say and nothing else: each body is
 * referred to as often as it is counted, each file belongs to a body, and usage is the sum of what is there.
 */
export function assertEngineDirectory(directory: string): void {
  const database = new DatabaseSync(`${directory}/engine.db`);
  try {
    const rows = (sql: string) => database.prepare(sql).all() as Record<string, number | string>[];
    assert.deepEqual(rows("PRAGMA integrity_check").map((row) => row.integrity_check), ["ok"]);
    const counted = rows(`
      SELECT body.id, body.refs, count(needed.body) AS needed FROM body LEFT JOIN (
        SELECT body FROM current UNION ALL SELECT body FROM noncurrent UNION ALL
        SELECT body FROM object_part UNION ALL SELECT body FROM upload_part) AS needed ON needed.body = body.id
      GROUP BY body.id HAVING body.refs <> count(needed.body) OR body.refs = 0`);
    assert.deepEqual(counted, [], "bodies are referred to as often as they are counted");
    const settled = [...Deno.readDirSync(`${directory}/bodies`)]
      .flatMap(({ name }) => [...Deno.readDirSync(`${directory}/bodies/${name}`)]);
    const files = [...settled, ...Deno.readDirSync(`${directory}/incoming`)].map((file) => file.name).sort();
    const named = rows("SELECT file FROM body WHERE file IS NOT NULL ORDER BY file").map((row) => row.file);
    assert.deepEqual(files, named, "files and bodies belong together");
    const strays = rows(`
      SELECT id FROM body_bytes WHERE id NOT IN (SELECT id FROM body) UNION ALL
      SELECT version FROM object_part WHERE version NOT IN (SELECT seq FROM current UNION SELECT seq FROM noncurrent)
      UNION ALL SELECT upload FROM upload_part WHERE upload NOT IN (SELECT id FROM upload)`);
    assert.deepEqual(strays, [], "nothing is left of what is gone");
    for (const bucket of rows("SELECT id, objects, versions, bytes FROM bucket")) {
      const [sum] = rows(`
        SELECT coalesce(sum(latest AND NOT marker), 0) AS objects, count(*) AS versions, coalesce(sum(size), 0) AS bytes
        FROM (SELECT 1 AS latest, marker, size FROM current WHERE bucket = ${bucket.id} UNION ALL
          SELECT 0, marker, size FROM noncurrent WHERE bucket = ${bucket.id})`);
      assert.deepEqual({ ...bucket }, { id: bucket.id, ...sum }, "usage is the sum of what is there");
    }
  } finally {
    database.close();
  }
}
