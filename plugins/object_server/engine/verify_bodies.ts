import type { OperationOptions } from "../../../core/plugin/context.ts";
import type { BodyDamage } from "../object_engine.ts";
import { readPieces } from "./body_stream.ts";
import type { Row } from "./database.ts";
import { ObjectEngineError } from "./engine_error.ts";
import type { EngineState } from "./engine_state.ts";

/** Bodies that are looked up at once. */
const PAGE = 200;

/** Reads every body that something refers to and tells of those that are not what was stored. */
export async function* verifyBodies(
  state: EngineState,
  { signal }: OperationOptions,
): AsyncGenerator<BodyDamage> {
  for (let after = 0;;) {
    const bodies = state.database.all(
      "SELECT id, size, file FROM body WHERE id > ? AND refs > 0 ORDER BY id LIMIT ?",
      after,
      PAGE,
    );
    if (bodies.length === 0) return;
    for (const body of bodies) {
      signal?.throwIfAborted();
      const why = await damageOf(state, body);
      if (why !== undefined) yield told(state, body, why);
    }
    after = bodies.at(-1)!.id as number;
  }
}

async function damageOf(state: EngineState, { id, size }: Row): Promise<string | undefined> {
  const body = id as number;
  const letGo = state.held.hold([body]);
  try {
    // Held only now: it may have gone since it was looked up.
    if (state.database.get("SELECT 1 FROM body WHERE id = ? AND refs > 0", body) === undefined) {
      return undefined;
    }
    for await (const _ of readPieces(state, [{ body, offset: 0, length: size as number }]));
    return undefined;
  } catch (error) {
    if (error instanceof ObjectEngineError && error.code === "corrupt") return error.report.why;
    throw error;
  } finally {
    letGo();
  }
}

function told(state: EngineState, { id, file }: Row, why: string): BodyDamage {
  const version = (table: string) =>
    `SELECT bucket.name, ${table}.key, CASE version_id WHEN '' THEN 'null' ELSE version_id END AS id
     FROM ${table} JOIN bucket ON bucket.id = ${table}.bucket
     WHERE body = ?1 OR seq IN (SELECT version FROM object_part WHERE body = ?1)`;
  const neededBy = state.database.all(
    `${version("current")} UNION ALL ${version("noncurrent")} UNION ALL
     SELECT bucket.name, upload.key, upload.id FROM upload_part JOIN upload ON upload.id = upload_part.upload
     JOIN bucket ON bucket.id = upload.bucket WHERE upload_part.body = ?1`,
    id!,
  );
  return {
    neededBy: neededBy.map((row) => ({
      bucket: row.name as string,
      key: row.key as string,
      id: row.id as string,
    })),
    ...(file === null ? {} : { file: state.files.relativePath(file as string) }),
    why,
  };
}
