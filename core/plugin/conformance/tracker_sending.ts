import { NOTHING_SENT } from "../tracker.ts";
import { must } from "./case.ts";
import { sampleOutput, sampleStart } from "./tracker_samples.ts";
import {
  begin,
  clauseRun,
  ended,
  metrics,
  mustFail,
  mustHaveOutput,
  mustShow,
  showsText,
  trackerClause,
} from "./tracker_subject.ts";

/** How often and in which order things may be sent. */
export const trackerSendingClauses = [
  trackerClause("a batch that is sent twice is there once", async (subject) => {
    const { run, event } = sampleStart();
    const batch = {
      events: [event, metrics("loss", [3, 2, 1]), sampleOutput("model")],
      stdout: "one\n",
      stderr: "",
    };

    await subject.tracker.send(run, NOTHING_SENT, batch);
    await subject.tracker.send(run, NOTHING_SENT, batch);

    const shown = await subject.show(run);
    mustShow(shown, "loss", [3, 2, 1]);
    mustHaveOutput(subject, shown, "model");
    if (showsText(subject)) {
      must(shown.text.split("one").length === 2, "the text must be there once");
    }
    const listed = await Array.fromAsync(subject.tracker.list({ limit: 1000 }));
    must(listed.filter(({ aero }) => aero?.run === run).length === 1, "the run must be there once");
  }),
  trackerClause("a batch that overlaps what is there adds what is new", async (subject) => {
    const { run, event } = sampleStart();
    const events = [event, metrics("loss", [5, 4]), metrics("loss", [3], 2), metrics("loss", [2, 1], 3)];
    await subject.tracker.send(run, NOTHING_SENT, {
      events: events.slice(0, 3),
      stdout: "one\n",
      stderr: "",
    });

    const from = { events: 1, stdout: 0, stderr: 0 };
    await subject.tracker.send(run, from, { events: events.slice(1), stdout: "one\ntwo\n", stderr: "" });

    const shown = await subject.show(run);
    mustShow(shown, "loss", [5, 4, 3, 2, 1]);
    const { events: count, stdout } = await subject.tracker.cursor(run);
    must(count === 4, `four events were taken; the cursor says ${count}`);
    must(!subject.tracker.capabilities.text || stdout === 8, `8 bytes were taken; the cursor says ${stdout}`);
  }),
  trackerClause("another process goes on where the first one ended", async (subject) => {
    const { run, event } = sampleStart();
    await subject.tracker.send(run, NOTHING_SENT, {
      events: [event, metrics("loss", [3, 2])],
      stdout: "one\n",
      stderr: "",
    });

    await using other = await subject.reopen();
    const cursor = await other.cursor(run);
    await other.send(run, cursor, {
      events: [metrics("loss", [1], 2), ended()],
      stdout: "two\n",
      stderr: "",
    });

    must(cursor.events === 2, `two events were taken; the cursor says ${cursor.events}`);
    const shown = await subject.show(run);
    mustShow(shown, "loss", [3, 2, 1]);
    must(shown.state === "succeeded", `it must have succeeded; it is ${shown.state}`);
    if (showsText(subject)) {
      must(/one\n[^]*two/.test(shown.text), "both lines must be there, in order");
    }
  }),
  trackerClause("a batch that leaves events out is refused", async (subject) => {
    const run = await begin(subject.tracker);

    await mustFail("tracker_gap", () =>
      subject.tracker.send(run.run, { events: 3, stdout: 0, stderr: 0 }, {
        events: [metrics("loss", [1])],
        stdout: "",
        stderr: "",
      }), "a batch behind a gap");
    await using other = await subject.reopen();
    await mustFail("tracker_gap", () =>
      other.send(sampleStart().run, { events: 1, stdout: 0, stderr: 0 }, {
        events: [metrics("loss", [1])],
        stdout: "",
        stderr: "",
      }), "a batch of an unknown run behind a gap");

    mustShow(await subject.show(run.run), "loss", []);
  }),
  trackerClause(
    "what comes behind the end of a run is refused, and the end itself may come again",
    async (subject) => {
      const run = await begin(subject.tracker);
      await run.send({ events: [metrics("loss", [1]), ended()] });

      await subject.tracker.send(run.run, { events: 2, stdout: 0, stderr: 0 }, {
        events: [ended()],
        stdout: "",
        stderr: "",
      });
      await mustFail(
        "tracker_ended",
        () => run.send({ events: [metrics("loss", [0], 1)] }),
        "a metric behind the end",
      );

      mustShow(await subject.show(run.run), "loss", [1]);
    },
  ),
  trackerClause("two runs that are sent at the same time do not mix", async (subject) => {
    const [a, b] = await Promise.all([
      begin(subject.tracker, { params: { side: "a" } }),
      begin(subject.tracker, { params: { side: "b" } }),
    ]);

    for (let i = 0; i < 3; i++) {
      await Promise.all([
        a.send({ events: [metrics("loss", [i], i)], stdout: `a${i}\n` }),
        b.send({ events: [metrics("loss", [10 + i], i)], stdout: `b${i}\n` }),
      ]);
    }

    const [shownA, shownB] = [await subject.show(a.run), await subject.show(b.run)];
    mustShow(shownA, "loss", [0, 1, 2]);
    mustShow(shownB, "loss", [10, 11, 12]);
    must(shownA.params.side === "a" && shownB.params.side === "b", "each must have its own params");
    must(!/b\d/.test(shownA.text), "each must have its own text");
  }),
  trackerClause("an empty batch changes nothing", async (subject) => {
    const run = await begin(subject.tracker);
    await run.send({ events: [metrics("loss", [1])] });

    await run.send({});

    mustShow(await subject.show(run.run), "loss", [1]);
    must((await subject.tracker.cursor(run.run)).events === 2, "the cursor must stay");
  }),
  trackerClause("an empty batch for an unknown run makes none", async (subject) => {
    const { run } = clauseRun(subject.tracker, sampleStart().run);

    await subject.tracker.send(run, NOTHING_SENT, { events: [], stdout: "", stderr: "" });

    must((await subject.tracker.cursor(run)).events === 0, "nothing must be there");
  }),
];
