import { must } from "./case.ts";
import { sampleStart } from "./tracker_samples.ts";
import { begin, ended, logged, metrics, mustFail, mustShow, trackerClause } from "./tracker_subject.ts";

/** What people say of a run after it began. */
export const trackerRemarkClauses = [
  trackerClause(
    "what people say of a run that has ended is shown, once, and changes nothing else",
    async (subject) => {
      const run = await begin(subject.tracker, { tags: ["baseline", "old"], note: "First" });
      await run.send({ events: [metrics("loss", [2, 1]), logged({ tags: { owner: "mira" } }), ended()] });
      const remark = { tagged: ["paper", "owner=kai"], untagged: ["old", "never"], note: "Later" };

      await subject.tracker.annotate(run.run, remark);
      await using other = await subject.reopen();
      await other.annotate(run.run, remark);

      const shown = await subject.show(run.run);
      for (const tag of ["baseline", "paper", "owner=mira"]) {
        const found = shown.tags.filter((one) => one === tag).length;
        must(found === 1, `the tag ${tag} must be there once; it is there ${found} times`);
      }
      must(shown.tags.some((tag) => /owner.*kai/.test(tag)), "a tag of odd letters must be there");
      must(!shown.tags.includes("old"), "a tag that was taken away must be gone");
      must(shown.note === "Later", `the later note must be there; it is ${shown.note}`);
      must(shown.state === "succeeded", `it must still have succeeded; it is ${shown.state}`);
      mustShow(shown, "loss", [2, 1]);
      must((await other.cursor(run.run)).events === 4, "the cursor must stay");

      await subject.tracker.annotate(run.run, { tagged: [], untagged: ["paper"], note: "" });
      const after = await subject.show(run.run);
      must(!after.tags.includes("paper"), "a tag that was taken away again must be gone");
      must(after.tags.includes("baseline"), "all other tags must stay");
      must(after.note === undefined || after.note === "", `an empty note is none; it is ${after.note}`);
    },
  ),
  trackerClause("what people say of a run that goes on stays when more comes", async (subject) => {
    const run = await begin(subject.tracker, { tags: ["baseline"] });
    await run.send({ events: [logged({ tags: { owner: "mira" } })] });

    await using other = await subject.reopen();
    await other.annotate(run.run, { tagged: ["paper"], untagged: ["baseline"], note: "Seen" });
    await run.send({ events: [logged({ tags: { owner: "kai" } }, { tags: { owner: "mira" } })] });
    await run.send({ events: [metrics("loss", [1]), ended()] });

    const shown = await subject.show(run.run);
    for (const tag of ["paper", "owner=kai"]) must(shown.tags.includes(tag), `the tag ${tag} must be there`);
    for (const tag of ["baseline", "owner=mira"]) {
      must(!shown.tags.includes(tag), `the tag ${tag} must be gone`);
    }
    must(shown.note === "Seen", `the note must be there; it is ${shown.note}`);
    mustShow(shown, "loss", [1]);
  }),
  trackerClause("what people say of a run that it does not know makes none", async (subject) => {
    const { run } = sampleStart();

    await mustFail(
      "tracked_run_not_found",
      () => subject.tracker.annotate(run, { tagged: ["paper"], untagged: [], note: "Seen" }),
      "annotate() of an unknown run",
    );

    must((await subject.tracker.cursor(run)).events === 0, "nothing must be there");
  }),
];
