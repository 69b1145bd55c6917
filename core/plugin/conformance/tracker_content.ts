import type { JsonObject } from "../../model/json.ts";
import { must } from "./case.ts";
import { SAMPLE_COMMIT, SAMPLE_IMAGE, sampleOutput, sampleStart } from "./tracker_samples.ts";
import {
  begin,
  clauseRun,
  ended,
  metrics,
  mustHaveOutput,
  mustShow,
  showsText,
  trackerClause,
} from "./tracker_subject.ts";

const EVERY_TYPE: JsonObject = {
  integer: 7,
  negative: -3,
  fraction: 0.1,
  large: 1e21,
  text: "lag_one_week",
  unicode: "µ → 🚲",
  empty: "",
  yes: true,
  no: false,
  nothing: null,
  list: [64, 64],
  nested: { learning: { rate: 0.5 } },
};

/** What a tracker shows of a run. */
export const trackerContentClauses = [
  trackerClause("a run shows its state, commit, image, tags, note, inputs and outputs", async (subject) => {
    const run = await begin(subject.tracker, { tags: ["baseline", "paper"], note: "As in *the* paper" });

    const before = await subject.show(run.run);
    await run.send({ events: [sampleOutput("model"), ended()] });
    const shown = await subject.show(run.run);

    must(before.state === "running", `a run that began must be running; it is ${before.state}`);
    must(shown.state === "succeeded", `a run that ended well must have succeeded; it is ${shown.state}`);
    must(shown.commit === SAMPLE_COMMIT, `the commit must be there; it is ${shown.commit}`);
    must(
      shown.image?.includes(SAMPLE_IMAGE) === true,
      `the image's digest must be there; it is ${shown.image}`,
    );
    for (const tag of ["baseline", "paper"]) must(shown.tags.includes(tag), `the tag ${tag} must be there`);
    must(shown.note === "As in *the* paper", `the note must be there; it is ${shown.note}`);
    must(shown.inputs.some((name) => name.includes("counts")), "the input must be there");
    mustHaveOutput(subject, shown, "model");
  }),
  ...(["failed", "aborted", "lost"] as const).map((state) =>
    trackerClause(`a run that ended as ${state} shows that it did not succeed`, async (subject) => {
      const run = await begin(subject.tracker);

      await run.send({ events: [ended(state)] });

      const shown = await subject.show(run.run);
      must(shown.state !== "running" && shown.state !== "succeeded", `it must not be ${shown.state}`);
    })
  ),
  trackerClause("params of every JSON type are shown", async (subject) => {
    const run = await begin(subject.tracker, { params: EVERY_TYPE });

    const { params } = await subject.show(run.run);

    const { nested, ...plain } = EVERY_TYPE;
    for (const [name, value] of Object.entries(plain)) {
      const shown = params[name];
      const same = JSON.stringify(shown) === JSON.stringify(value) || shown === textOf(value);
      must(same, `${name} must be ${JSON.stringify(value)}; it is ${JSON.stringify(shown)}`);
    }
    const whole = JSON.stringify(params);
    must(nested !== undefined && /rate/.test(whole) && /0\.5/.test(whole), "nested params must be there");
  }),
  trackerClause(
    "a param that is too long to show is marked as cut, and names of any letters are taken",
    async (subject) => {
      const long = "x".repeat(70_000);
      const run = await begin(subject.tracker, { params: { long, "a.b$c=d/é": 1, short: "y" } });

      const { params } = await subject.show(run.run);

      must(params.short === "y", "a short param beside a long one must be whole");
      const shown = String(params.long);
      must(
        shown === long || (shown.length < long.length && !/^x*$/.test(shown)),
        "a long param must be whole, or marked as cut",
      );
      must(Object.keys(params).length >= 3, "a param with an odd name must be there");
    },
  ),
  trackerClause("the version's document comes back byte for byte, however long", async (subject) => {
    const documents = ['{"a":1.0,"b":"µ 🚲","c":1e400}', `{"long":"${"é".repeat(60_000)}"}`];
    for (const versionDocument of documents) {
      const run = await begin(subject.tracker, { versionDocument });
      const found = await findOne(subject.tracker, run.run);

      const back = await subject.tracker.versionDocument(found);

      must(
        back === versionDocument,
        `the document of ${versionDocument.length} characters must come back as it was`,
      );
    }
  }),
  trackerClause("NaN and the infinities come back", async (subject) => {
    const values = [1, NaN, Infinity, -Infinity, 2];
    const run = await begin(subject.tracker);

    await run.send({ events: [metrics("loss", values)] });

    mustShow(await subject.show(run.run), "loss", values);
  }, ({ tracker }) => tracker.capabilities.nonFiniteMetrics ? undefined : "it keeps finite metrics only"),
  trackerClause("NaN and the infinities harm no other value", async (subject) => {
    const run = await begin(subject.tracker);

    await run.send({ events: [metrics("loss", [1, NaN, 2, Infinity, 3])] });

    const shown = (await subject.show(run.run)).points.loss ?? [];
    const finite = shown.map(({ value }) => value).filter((value) =>
      Number.isFinite(value) && Math.abs(value) < 1e300
    );
    must(finite.join() === "1,2,3", `the finite values must be 1, 2, 3; they are ${finite.join()}`);
  }),
  trackerClause("10,000 values arrive in order", async (subject) => {
    const values = Array.from({ length: 10_000 }, (_, i) => i / 8);
    const run = await begin(subject.tracker);

    await run.send({ events: [metrics("loss", values)] });

    mustShow(await subject.show(run.run), "loss", values);
  }),
  trackerClause("two values of one metric at one step are both kept", async (subject) => {
    const run = await begin(subject.tracker);
    const at = 1_800_000_000_000;

    await run.send({
      events: [{
        kind: "metrics",
        points: [{ step: 3, at, values: { loss: 0.5 } }, { step: 3, at: at + 1, values: { loss: 0.25 } }],
      }],
    });

    mustShow(await subject.show(run.run), "loss", [0.5, 0.25]);
  }),
  trackerClause(
    "values without a step, with a fraction as a step, and of odd names are kept",
    async (subject) => {
      const run = await begin(subject.tracker);
      const at = 1_800_000_000_000;

      await run.send({
        events: [{
          kind: "metrics",
          points: [
            { at, values: { loss: 1 } },
            { at: at + 1, values: { loss: 2, "train/acc %": 3 } },
            { step: 1.5, at: at + 2, values: { loss: 4 } },
          ],
        }],
      });

      const shown = await subject.show(run.run);
      mustShow(shown, "loss", [1, 2, 4]);
      must(Object.values(shown.points).flat().length === 4, "the metric with an odd name must be there");
    },
  ),
  trackerClause("what a program prints is shown whole and once", async (subject) => {
    const run = await begin(subject.tracker);

    await run.send({ stdout: "one\ntwo µ\n" });
    await run.send({ stdout: "three\n", stderr: "oh\n" });
    await run.send({ events: [ended()] });

    const { text } = await subject.show(run.run);
    for (const line of ["one", "two µ", "three", "oh"]) {
      must(
        text.split("\n").filter((shown) => shown.endsWith(line)).length === 1,
        `the line ${line} must be there once`,
      );
    }
  }, (subject) => showsText(subject) ? undefined : "its text is not seen here"),
  trackerClause("what a program printed is read back, where it is no file", async (subject) => {
    const run = await begin(subject.tracker);
    await run.send({ stdout: "one\ntwo µ\n", stderr: "oh\n", events: [ended()] });

    const id = await findOne(subject.tracker, run.run);
    const text = (await Array.fromAsync(subject.tracker.text!(id))).join("");

    for (const line of ["one", "two µ", "oh"]) {
      must(
        text.split("\n").includes(line),
        `the line ${line} must be read; it reads ${JSON.stringify(text)}`,
      );
    }
  }, ({ tracker }) => tracker.text === undefined ? "its text is in files, or not kept" : undefined),
  trackerClause("a run is found by the tracker's id, listed, and read with its values", async (subject) => {
    const run = await begin(subject.tracker);
    await run.send({ events: [metrics("loss", [3, 2, 1]), ended()] });

    const id = await findOne(subject.tracker, run.run);
    const found = await subject.tracker.find(id);
    const points = await Array.fromAsync(subject.tracker.points(id));

    must(found.aero?.run === run.run, "the run that is found must name aero's own");
    must(found.source?.commit === SAMPLE_COMMIT, "the run that is found must name its commit");
    must(found.state === "succeeded", `the run that is found must have succeeded; it is ${found.state}`);
    must(
      found.params.depth === 5 || found.params.depth === "5",
      "the run that is found must have its params",
    );
    const values = points.filter(({ name }) => name === "loss").map(({ value, step }) => `${step}:${value}`);
    must(values.join() === "0:3,1:2,2:1", `its values must be 0:3,1:2,2:1; they are ${values.join()}`);
    must(
      subject.tracker.urlOf(run.run) !== undefined || found.url === undefined,
      "a run that was sent must have a page",
    );
  }),
  trackerClause("the cursor of a run that it does not know is zero", async (subject) => {
    const { run } = clauseRun(subject.tracker, sampleStart().run);

    const cursor = await subject.tracker.cursor(run);

    must(cursor.events === 0 && cursor.stdout === 0 && cursor.stderr === 0, "nothing must be there yet");
  }),
];

/** The tracker's id of a run, by its own listing. */
async function findOne(tracker: Parameters<typeof begin>[0], run: string): Promise<string> {
  for await (const found of tracker.list({ limit: 1000 })) if (found.aero?.run === run) return found.id;
  must(false, `the run ${run} must be listed`);
  return "";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
