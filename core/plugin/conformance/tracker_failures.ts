import { NOTHING_SENT, TrackerError } from "../tracker.ts";
import { ContractBreach, must } from "./case.ts";
import { sampleStart } from "./tracker_samples.ts";
import { begin, ended, metrics, mustFail, mustShow, trackerClause } from "./tracker_subject.ts";

/** What happens when things go wrong. */
export const trackerFailureClauses = [
  trackerClause(
    "an id that names no run is tracked_run_not_found or tracker_id_invalid",
    async ({ tracker }) => {
      for (
        const id of ["0123456789abcdef0123456789abcdef", "987654321", "no such/run", "../../etc/passwd", ""]
      ) {
        try {
          await tracker.find(id);
        } catch (error) {
          const codes: readonly string[] = ["tracked_run_not_found", "tracker_id_invalid"];
          if (error instanceof TrackerError && codes.includes(error.code)) continue;
          throw new ContractBreach(`the id ${JSON.stringify(id)} must be told as unknown`, { cause: error });
        }
        must(false, `the id ${JSON.stringify(id)} must not be found`);
      }
    },
  ),
  trackerClause(
    "a call that was aborted before sends nothing, and rejects with the reason",
    async (subject) => {
      const { run, event } = sampleStart();
      const reason = new DOMException("stop", "AbortError");

      try {
        await subject.tracker.send(run, NOTHING_SENT, { events: [event], stdout: "", stderr: "" }, {
          signal: AbortSignal.abort(reason),
        });
      } catch (error) {
        must(error === reason, "the abort's own reason must come out");
        must((await subject.tracker.cursor(run)).events === 0, "nothing must have been sent");
        return;
      }
      must(false, "an aborted call must be rejected");
    },
  ),
  trackerClause("calls after it was closed are rejected as closed", async (subject) => {
    const other = await subject.reopen();
    await other[Symbol.asyncDispose]();

    const { run, event } = sampleStart();
    await mustFail("closed", () => other.cursor(run), "cursor() after closing");
    const batch = { events: [event], stdout: "", stderr: "" };
    await mustFail("closed", () => other.send(run, NOTHING_SENT, batch), "send() after closing");
    const remark = { tagged: ["paper"], untagged: [] };
    await mustFail("closed", () => other.annotate(run, remark), "annotate() after closing");
  }),
  trackerClause("credentials that allow nothing are tracker_denied", async (subject) => {
    await using other = await subject.denied!();
    const { run, event } = sampleStart();

    await mustFail("tracker_denied", () => other.cursor(run), "cursor() without rights");
    const batch = { events: [event], stdout: "", stderr: "" };
    await mustFail("tracker_denied", () => other.send(run, NOTHING_SENT, batch), "send() without rights");
  }, ({ denied }) => denied ? undefined : "it knows no credentials"),
  trackerClause(
    "a tracker that is away is tracker_unavailable, and gets the rest when it is back",
    async (subject) => {
      const run = await begin(subject.tracker);
      await run.send({ events: [metrics("loss", [3])] });

      const outage = await subject.outage!();
      let error: TrackerError;
      try {
        error = await mustFail(
          "tracker_unavailable",
          () => run.send({ events: [metrics("loss", [2], 1)] }),
          "send() while it is away",
        );
      } finally {
        await outage.end();
      }
      must(error.retryable, "it must say that this may pass");

      await using other = await subject.reopen();
      const { events } = await other.cursor(run.run);
      const all = [metrics("loss", [2], 1), metrics("loss", [1], 2), ended()];
      await other.send(run.run, { events, stdout: 0, stderr: 0 }, {
        events: all.slice(events - 2),
        stdout: "",
        stderr: "",
      });

      mustShow(await subject.show(run.run), "loss", [3, 2, 1]);
    },
    ({ outage }) => outage ? undefined : "its service cannot be taken away here",
  ),
  trackerClause("no request and no error holds a secret", async (subject) => {
    const run = await begin(subject.tracker);
    await run.send({ events: [metrics("loss", [1]), ended()] });
    let text = subject.sent!();
    try {
      await subject.tracker.find("no-such-run");
    } catch (error) {
      text += `${Deno.inspect(error)} ${JSON.stringify(error)}`;
    }

    must(text.length > 0, "what was sent must be seen");
    for (const secret of subject.secrets!) must(!text.includes(secret), "a secret was sent or told");
  }, ({ sent, secrets }) => sent && secrets ? undefined : "what is sent is not seen here"),
];
