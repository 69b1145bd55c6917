import { isSafePath } from "../../../core/model/safe_path.ts";
import type { Folder } from "./folders.ts";
import { absent, invalid, Refusal } from "./refusal.ts";
import type { RunBook } from "./run_book.ts";

/** A folder, and what of it is meant. */
export interface MeantArtifact {
  readonly folder: Folder;
  /** Empty for the folder itself. */
  readonly path: string;
}

/**
 * Reads `<experiment>/<run>/artifacts/…` or `<experiment>/models/<model>/artifacts/…`, which is what follows
 * `mlflow-artifacts:/` in an address.
 *
 * @throws {Refusal} if it is neither, or there is no such run or model.
 */
export function readAddress(book: RunBook, address: string): MeantArtifact {
  const text = withoutOuterSlashes(address);
  if (!isSafePath(text)) throw invalid("Invalid path: it is not inside the artifacts");
  const [, second, third, fourth, ...rest] = text.split("/");
  if (second === "models" && third !== undefined && fourth === "artifacts") {
    return { folder: book.model(third).folder, path: rest.join("/") };
  }
  if (second !== undefined && third === "artifacts") {
    const path = fourth === undefined ? "" : [fourth, ...rest].join("/");
    return { folder: book.run(second).folder, path };
  }
  if (second === "traces") throw new Refusal("NOT_IMPLEMENTED", "Traces are not kept in runs of aero");
  throw absent(`No such artifacts: '${text}' is neither of a run nor of a logged model`);
}

/** `text` without slashes at its ends, in one pass: a program's garbage is not to hold up its host. */
export function withoutOuterSlashes(text: string): string {
  let from = 0, to = text.length;
  while (text[from] === "/") from++;
  while (to > from && text[to - 1] === "/") to--;
  return text.slice(from, to);
}
