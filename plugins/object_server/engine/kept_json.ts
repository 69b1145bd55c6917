import { ObjectEngineError } from "./engine_error.ts";

/** Reads JSON that lies in the database. @throws {ObjectEngineError} `corrupt` if it is not what was written. */
export function parseKept<T>(text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new ObjectEngineError("corrupt", {
      what: "Cannot use the object server's database",
      why: `a row of it is not what was written: ${(cause as Error).message}`,
    }, { cause });
  }
}
