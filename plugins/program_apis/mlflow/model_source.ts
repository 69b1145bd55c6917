import { readAddress, withoutOuterSlashes } from "./artifact_address.ts";
import { modelArtifactUri } from "./logged_model.ts";
import type { ModelRegistry } from "./model_registry.ts";
import { invalid } from "./refusal.ts";
import { shown } from "./registry_names.ts";
import type { RunBook } from "./run_book.ts";

/** Where the files of a model that is registered are. */
export interface ModelSource {
  /** As in {@link ModelVersion}. */
  readonly storage: string;
  /** Which run made them, where the source says it. */
  readonly runId: string | undefined;
}

/**
 * Reads where a program says that the files of a model are: an address of this run's artifacts, or any other but a path,
 * which only the program can read.
 *
 * @throws {Refusal} if nothing of this run is there.
 */
export function readSource(book: RunBook, registry: ModelRegistry, source: string): ModelSource {
  const [scheme, rest] = split(source);
  switch (scheme) {
    case "models": {
      const id = /^\/*(m-[^/@]+)$/.exec(rest)?.[1];
      if (id !== undefined) {
        const model = book.model(id);
        return { storage: modelArtifactUri(model), runId: model.sourceRun };
      }
      const [, name, number] = /^\/*([^/]+)\/(\d{1,15})$/.exec(rest) ?? [];
      if (name === undefined) throw wrongSource(source, "it names no version of a model");
      return registry.version(name, Number(number));
    }
    case "mlflow-artifacts":
      readAddress(book, rest);
      return { storage: source, runId: undefined };
    case "runs":
      return { storage: source, runId: book.run(runAndPath(rest)[0]).id };
    case "":
    case "file":
      throw wrongSource(
        source,
        "a path is not kept. Log the model in a run, and register it from there",
      );
    default:
      return { storage: source, runId: undefined };
  }
}

/**
 * Where the files at `storage` lie below those that are handed over, as a path; `.` for all of them, and the address
 * itself for what lies elsewhere or was never logged.
 */
export function placeOf(book: RunBook, storage: string): string {
  const [scheme, rest] = split(storage);
  if (scheme === "mlflow-artifacts") {
    const { folder, path } = readAddress(book, rest);
    const place = path === "" ? folder.place : folder.find(path);
    return place === undefined ? storage : place || ".";
  }
  if (scheme !== "runs") return storage;
  const [id, path] = runAndPath(rest);
  const { folder } = book.run(id);
  if (path === "") return folder.place || ".";
  const found = folder.find(path);
  if (found !== undefined) return found;
  // Clients from 3.0 on find logged models of the run by their names there too.
  const model = book.models().findLast(({ sourceRun, name }) => sourceRun === id && name === path);
  return model?.folder.place ?? storage;
}

function split(address: string): [scheme: string, rest: string] {
  const [, scheme = "", rest = address] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(address) ?? [];
  return [scheme.toLowerCase(), rest];
}

function runAndPath(rest: string): [id: string, path: string] {
  const [id = "", ...path] = withoutOuterSlashes(rest).split("/");
  return [id, path.join("/")];
}

function wrongSource(source: string, why: string) {
  return invalid(`Invalid model version source: '${shown(source)}': ${why}`);
}
