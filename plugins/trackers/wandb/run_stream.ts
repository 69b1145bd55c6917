import type { MetricPoint } from "../../../core/model/metric.ts";
import type { TrackerCursor } from "../../../core/plugin/tracker.ts";
import type { CallOptions, Connection } from "./connection.ts";
import { type ConsoleLines, takeText } from "./console_lines.ts";
import { type HistoryLine, takePoints } from "./history_rows.ts";
import { stringifyLoose } from "./loose_json.ts";
import { toHistoryName } from "./metric_names.ts";
import { MARK, type Progress, type SentRun, writeProgress } from "./sent_run.ts";
import { defineSteps } from "./step_metrics.ts";

// A request may have about 10 MiB.
const MOST_BYTES = 4 * 2 ** 20;

/**
 * What goes into the stream of a run with one call.
 *
 * Lines go to their places, and how far the run is goes with them in its summary: what is sent again writes the same
 * lines over themselves.
 */
export class RunStream {
  readonly #connection: Connection;
  readonly #options: CallOptions;
  #sent: SentRun;
  #summary: Record<string, unknown>;
  #history: HistoryLine[] = [];
  #console: ConsoleLines | undefined;
  #uploaded: readonly string[];
  #bytes = 0;
  #names: number;

  constructor(connection: Connection, sent: SentRun, uploaded: readonly string[], options: CallOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#sent = sent;
    this.#summary = { ...sent.summary };
    this.#uploaded = uploaded;
    this.#names = Object.keys(sent.summary).length;
  }

  /** Told after each part that the server took, of whole events. */
  onTaken: (sent: SentRun) => void = () => {};
  /** Told when the server says that somebody asked for the run to stop. */
  onStopped: () => void = () => {};

  /** Takes the values of an event; may send what is there before, and within it. */
  async addPoints(points: readonly MetricPoint[]): Promise<void> {
    // In pieces, so that an event of any size goes out in requests that the server takes.
    for (let at = 0; at < points.length; at += 1000) {
      const piece = points.slice(at, at + 1000);
      const { progress, lines } = takePoints(this.#sent.progress, piece);
      this.#move(progress);
      for (const line of lines) {
        if (this.#history.at(-1)?.number === line.number) this.#history.pop();
        this.#history.push(line);
        this.#bytes += line.text.length;
      }
      for (const { values } of piece) {
        for (const [name, value] of Object.entries(values)) this.#summary[toHistoryName(name)] = value;
      }
      // Without the summary: it tells of whole events only.
      if (this.#bytes > MOST_BYTES) await this.#post({ files: this.#files(false) }, false);
    }
  }

  /** Takes text of the program. */
  addText(stdout: string, stderr: string): void {
    const { progress, console } = takeText(this.#sent.progress, stdout, stderr);
    this.#move(progress);
    this.#console = console;
  }

  /** Something that is shown among the run's results. */
  addResult(name: string, value: string): void {
    this.#summary[name] = value;
  }

  /** Counts what was added. */
  count(cursor: TrackerCursor): void {
    this.#move({ ...this.#sent.progress, cursor });
  }

  /** Sends what was added and counted. */
  async flush(): Promise<void> {
    const names = Object.keys(this.#summary).length;
    await this.#post({ files: this.#files(true), ...this.#tellUploaded() });
    if (names === this.#names) return;
    this.#sent = await defineSteps(this.#connection, this.#sent, this.#options);
    this.onTaken(this.#sent);
    this.#names = names;
  }

  /** Says that the run goes on. */
  async beat(): Promise<void> {
    await this.#post({});
  }

  /** Sends the end: the last that is sent of a run, since anything behind it would make it run again. */
  async complete(ended: NonNullable<Progress["ended"]>, exitCode: number): Promise<void> {
    this.#move({ ...this.#sent.progress, at: Math.max(this.#sent.progress.at, ended.at), ended });
    await this.#post({ files: this.#files(true), complete: true, exitcode: exitCode });
  }

  #tellUploaded(): { readonly uploaded?: readonly string[] } {
    const uploaded = this.#uploaded;
    this.#uploaded = [];
    return uploaded.length === 0 ? {} : { uploaded };
  }

  #move(progress: Progress): void {
    this.#sent = { ...this.#sent, progress };
  }

  #files(counted: boolean): Record<string, { offset: number; content: readonly string[] }> {
    const { progress } = this.#sent;
    const files: Record<string, { offset: number; content: readonly string[] }> = {};
    const [first] = this.#history;
    if (first !== undefined) {
      files["wandb-history.jsonl"] = { offset: first.number, content: this.#history.map(({ text }) => text) };
    }
    if (this.#console !== undefined) {
      files["output.log"] = { offset: this.#console.first, content: this.#console.lines };
    }
    if (counted) files["wandb-summary.json"] = { offset: 0, content: [this.#summaryLine(progress)] };
    this.#history = [];
    this.#console = undefined;
    this.#bytes = 0;
    return files;
  }

  #summaryLine(progress: Progress): string {
    const { startedAt, at, step, rows } = progress;
    const runtime = (at - startedAt) / 1000;
    return stringifyLoose({
      ...this.#summary,
      ...(rows === 0 ? {} : { _step: step }),
      _runtime: runtime,
      _timestamp: at / 1000,
      _wandb: { runtime: Math.round(runtime) },
      [MARK]: writeProgress(progress),
    });
  }

  async #post(body: Readonly<Record<string, unknown>>, counted = true): Promise<void> {
    const { entity, project, run } = this.#sent.path;
    const path = [entity, project, run].map(encodeURIComponent).join("/");
    const said = await this.#connection.stream(path, JSON.stringify(body), this.#options);
    if (said.stopped === true) this.onStopped();
    if (!counted) return;
    this.#sent = { ...this.#sent, summary: { ...this.#summary } };
    this.onTaken(this.#sent);
  }
}
