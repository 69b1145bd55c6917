import type { App } from "../app.ts";
import { loadProject, loadSettings } from "../config/load.ts";
import { openStorage } from "../open_storage.ts";
import { storageContract } from "../plugin/conformance/storage.ts";
import type { Storage } from "../plugin/storage.ts";
import { examineRights, type RightExamined } from "./examine_rights.ts";
import { type ClauseCounts, type ClauseOutcome, clausesOf, testContract } from "./test_contract.ts";

/** The sum of it. */
export interface StorageTested extends ClauseCounts {
  readonly type: "storage-check";
  readonly location: string;
  /** Things that may not be done; no clause is run if there are any. */
  readonly refused: number;
}

/** What to test, and how much to tell. */
export interface StorageTest {
  /** Texts in the clauses to run; all if empty. */
  readonly only: readonly string[];
  /** Whether what is as it should be is told too, and not only counted. */
  readonly everything: boolean;
}

/**
 * Tries what may be done in the storage that is configured, then runs the storage contract against it.
 *
 * @throws {UserError} `clause_unknown`.
 */
export async function* testStorage(
  app: App,
  { only, everything }: StorageTest,
): AsyncGenerator<RightExamined | ClauseOutcome | StorageTested> {
  const contract = { contract: storageContract, only, command: "aero storage check" };
  const total = clausesOf(contract).length;
  const storage = await configuredStorage(app);
  let refused = 0;
  for await (const right of examineRights(app, storage)) {
    // A clock that is wrong hinders nothing that the clauses do.
    if (right.outcome === "refused" && right.right !== "clock") refused++;
    if (everything || right.outcome === "refused") yield right;
  }
  let counts: ClauseCounts = { kept: 0, broken: 0, skipped: 0 };
  if (refused === 0) {
    using progress = app.printer.progress({ label: "Testing", unit: "items", total });
    const outcomes = testContract(app, {
      ...contract,
      subject: { storage, prefix: `check-${crypto.randomUUID()}` },
    });
    let next = await outcomes.next();
    for (; !next.done; next = await outcomes.next()) {
      progress.add(1);
      if (everything || next.value.outcome === "broken") yield next.value;
    }
    counts = next.value;
  }
  yield { type: "storage-check", location: storage.location, ...counts, refused };
}

/** The storage alone: a store in it cannot be opened where rights are missing, and what waits for it is not meant. */
async function configuredStorage(app: App): Promise<Storage> {
  const sources = await app.configSources();
  const { root } = await app.place();
  const { section, settings } = root === undefined
    ? await loadSettings(sources).then(({ storage, settings }) => ({ section: storage, settings }))
    : await loadProject(root, sources).then(({ project, settings }) => ({
      section: project.storage,
      settings,
    }));
  const opened = await openStorage(app, section, settings, {
    directory: root ?? app.start,
    signal: app.signal,
  });
  app.closeAtEnd(opened.storage);
  return opened.storage.remote;
}
