import type { JsonValue } from "../../model/json.ts";
import type { LoggedFacts } from "../../model/logged.ts";
import { NOTHING_SENT, type TrackerEvent } from "../tracker.ts";
import { must } from "./case.ts";
import { sampleStart } from "./tracker_samples.ts";
import { begin, ended, logged, type ShownRun, trackerClause } from "./tracker_subject.ts";

const FIRST: LoggedFacts = {
  params: { batch: 32, "opt.name/%": "adam", nested: { inner: { rate: 0.5 } } },
  tags: { owner: "mira", draft: "yes" },
  note: "The first *word*",
  inputs: [{ name: "weather", url: "https://lab.example/weather.csv", digest: "9d0c1f" }, {
    name: "holidays",
  }],
};
const LATER: LoggedFacts = {
  params: { batch: 64 },
  tags: { owner: "kai", draft: null },
  note: "The last word",
  inputs: [{ name: "weather", url: "https://lab.example/weather.csv", digest: "9d0c1f" }],
};

/** What a tracker shows of what a program logs beside metrics. */
export const trackerLoggedClauses = [
  trackerClause("what a program logs is shown beside what its run has", async (subject) => {
    const run = await begin(subject.tracker, { params: { depth: 5 }, tags: ["baseline"] });

    await run.send({ events: [logged(FIRST)] });
    const during = await subject.show(run.run);
    await run.send({ events: [ended()] });

    for (const shown of [during, await subject.show(run.run)]) {
      mustHaveParam(shown, "depth", 5);
      mustHaveParam(shown, "batch", 32);
      const whole = JSON.stringify(shown.params);
      must(/adam/.test(whole), "a logged param with an odd name must be there");
      must(/rate/.test(whole) && /0\.5/.test(whole), "nested logged params must be there");
      mustHaveTags(shown, ["baseline", "owner=mira", "draft=yes"]);
      must(shown.note === FIRST.note, `the logged note must be there; it is ${shown.note}`);
      mustHaveInputs(shown);
    }
  }),
  trackerClause("what a program logs later is laid over what it logged before", async (subject) => {
    const run = await begin(subject.tracker, { params: { depth: 5 }, tags: ["baseline"] });
    await run.send({ events: [logged(FIRST)] });

    // By another process, which has not seen what was logged before.
    await using other = await subject.reopen();
    const from = (events: number) => ({ events, stdout: 0, stderr: 0 });
    const batch = (event: TrackerEvent) => ({ events: [event], stdout: "", stderr: "" });
    await other.send(run.run, from(2), batch(logged(LATER, FIRST)));

    mustShowBoth(await subject.show(run.run));
    const last = logged({ tags: { owner: null }, note: "" }, FIRST, LATER);
    await other.send(run.run, from(3), batch(last));
    const { tags, note } = await subject.show(run.run);
    must(
      !tags.some((tag) => tag.startsWith("owner")),
      `a removed tag must be gone; there are ${tags.join()}`,
    );
    must(note === undefined || note === "", `an empty note is none; it is ${note}`);
  }),
  trackerClause("what a program logs is there once, whoever sends it again", async (subject) => {
    const { run, event } = sampleStart({ params: { depth: 5 }, tags: ["baseline"] });
    const batch = { events: [event, logged(FIRST), logged(LATER, FIRST)], stdout: "", stderr: "" };

    await subject.tracker.send(run, NOTHING_SENT, batch);
    const once = await subject.show(run);
    await subject.tracker.send(run, NOTHING_SENT, batch);
    await using other = await subject.reopen();
    await other.send(run, NOTHING_SENT, batch);

    const shown = await subject.show(run);
    mustShowBoth(shown);
    const [before, after] = [once, shown].map(({ params }) => Object.keys(params).length);
    must(before === after, `there must be ${before} params, as after the first time; there are ${after}`);
    must(new Set(shown.tags).size === shown.tags.length, "each tag must be there once");
  }),
  trackerClause("what a program logs may be long and much", async (subject) => {
    const run = await begin(subject.tracker);
    const many = (prefix: string, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, `v${i}`]));
    const long = "x".repeat(70_000);
    const name = "n".repeat(300);

    await run.send({
      events: [
        logged({
          params: { ...many("p", 250), long, [name]: 1 },
          tags: { ...many("t", 150), long, [name]: "1" },
          note: long,
          inputs: [{ name, url: `https://lab.example/${long}`, digest: long }],
        }),
      ],
    });
    await run.send({ events: [ended()] });

    const { params, tags } = await subject.show(run.run);
    mustHaveParam({ params }, "p249", "v249");
    const shown = String(params.long);
    must(
      shown === long || (shown.length < long.length && !/^x*$/.test(shown)),
      "a long logged param must be whole, or marked as cut",
    );
    must(tags.includes("t149=v149"), "each of many tags must be there");
  }),
];

/** Both of {@link FIRST} and {@link LATER}. */
function mustShowBoth(shown: ShownRun): void {
  mustHaveParam(shown, "depth", 5);
  // Where a param can never change, the later value stands beside the first.
  const batch = Object.entries(shown.params).filter(([name]) => name.startsWith("batch"));
  must(
    batch.some(([, value]) => String(value) === "64"),
    `the later value of a param must be there; there are ${JSON.stringify(batch)}`,
  );
  mustHaveTags(shown, ["baseline", "owner=kai"]);
  for (const gone of ["owner=mira", "draft"]) {
    must(!shown.tags.some((tag) => tag.startsWith(gone)), `the tag ${gone} must be gone`);
  }
  must(shown.note === LATER.note, `the later note must be there; it is ${shown.note}`);
  mustHaveInputs(shown);
}

function mustHaveParam({ params }: Pick<ShownRun, "params">, name: string, value: JsonValue): void {
  const shown = params[name];
  must(
    shown === value || shown === String(value),
    `${name} must be ${JSON.stringify(value)}; it is ${JSON.stringify(shown)}`,
  );
}

function mustHaveTags({ tags }: ShownRun, expected: readonly string[]): void {
  for (const tag of expected) {
    const found = tags.filter((one) => one === tag).length;
    must(found === 1, `the tag ${tag} must be there once; there are ${tags.slice(0, 20).join()}`);
  }
}

/** Those of {@link FIRST}, once each, and that of the sample. */
function mustHaveInputs({ inputs }: ShownRun): void {
  for (const name of ["counts", "weather", "holidays"]) {
    const found = inputs.filter((input) => input.includes(name)).length;
    must(found === 1, `the input ${name} must be there once; it is there ${found} times`);
  }
}
