import type { Precondition } from "../object_engine.ts";
import { ObjectEngineError } from "./engine_error.ts";

/** What a precondition is held against. */
export interface Present {
  readonly etag: string;
  readonly size: number;
  readonly modifiedAt: number;
}

/**
 * Holds a precondition against what is there.
 *
 * @param present `undefined` if nothing is.
 * @param absent Whether a condition that wants an object is an error if there is none.
 * @throws {ObjectEngineError} `precondition_failed`, `no_such_key`.
 */
export function assertPrecondition(
  precondition: Precondition | undefined,
  present: Present | undefined,
  key: string,
  absent: "fails" | "passes",
): void {
  if (precondition === undefined) return;
  const { ifMatch, ifNoneMatch, ifMatchSize, ifMatchModifiedAt } = precondition;
  const wantsObject = ifMatch !== undefined || ifMatchSize !== undefined || ifMatchModifiedAt !== undefined;
  if (present === undefined) {
    if (!wantsObject || absent === "passes") return;
    throw new ObjectEngineError("no_such_key", {
      what: `Cannot replace "${key}"`,
      why: "there is no such object to match",
    });
  }
  if (ifNoneMatch !== undefined && (ifNoneMatch === "*" || ifNoneMatch.includes(present.etag))) {
    throw failed(key, "if-none-match", "there is such an object already");
  }
  if (ifMatch !== undefined && ifMatch !== "*" && !ifMatch.includes(present.etag)) {
    throw failed(key, "if-match", `its etag is ${present.etag || "that of no object"}`);
  }
  if (ifMatchSize !== undefined && ifMatchSize !== present.size) {
    throw failed(key, "if-match-size", `it has ${present.size} bytes`);
  }
  if (ifMatchModifiedAt !== undefined && seconds(ifMatchModifiedAt) !== seconds(present.modifiedAt)) {
    throw failed(key, "if-match-last-modified-time", "it was modified at another time");
  }
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

function failed(key: string, condition: string, why: string): ObjectEngineError {
  return new ObjectEngineError("precondition_failed", { what: `Cannot change "${key}"`, why }, {
    details: { condition },
  });
}
