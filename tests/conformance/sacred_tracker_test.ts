import { trackerContract } from "../../core/plugin/conformance/tracker.ts";
import { subjectOrSkip } from "../support/must_run.ts";
import { openSacredSubject } from "../support/sacred_subject.ts";

const opened = await subjectOrSkip("mongo", openSacredSubject);

Deno.test({
  name: "sacred meets the tracker contract",
  ignore: "skipped" in opened,
  // The client was opened outside, to know whether there is a server.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async (t) => {
    if ("skipped" in opened) return;
    await using subject = opened.subject;
    for (const clause of trackerContract) {
      const why = clause.skip?.(subject);
      const step = why === undefined ? clause.name : `${clause.name} (skipped: ${why})`;
      await t.step({ name: step, ignore: why !== undefined, fn: () => clause.run(subject) });
    }
  },
});
