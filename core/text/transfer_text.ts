import type { Pulled } from "../actions/pull_stored.ts";
import type { Pushed } from "../actions/push_waiting.ts";
import { formatBytes, plural } from "../cli/human.ts";
import type { Style } from "../cli/style.ts";

/** What a push did, in one line or two. */
export function pushText(pushed: Pushed, style: Style): string {
  const { objects, bytes, runs, labels, versions, remarks, requests, left, storage, dryRun } = pushed;
  const nothing = objects === 0 && runs.length === 0 && versions === 0 && remarks === 0 &&
    pushed.incomplete.length === 0;
  const whole = nothing
    ? style.dim(`Nothing waits for ${storage}${left > 0 ? " of what was named" : ""}`)
    : `${dryRun ? "Would send" : "Sent"} ${plural(objects, "object")}, ${style.bold(formatBytes(bytes))}${
      runs.length === 0 ? "" : `, of ${plural(runs.length, "run")}`
    }${
      remarks === 0 ? "" : `, ${plural(remarks, "verdict or note", "verdicts, tags and notes")}`
    } to ${storage}, in ${plural(requests, "request")}`;
  const named = labels.length > 0
    ? [`  labels: ${labels.join(", ")}`]
    : dryRun && versions > 0
    ? [`  ${plural(versions, "version")} would get a label`]
    : [];
  const lost = pushed.incomplete.flatMap(({ name, why, fix, dropped }) => [
    `  ${style.red(dropped ? "given up" : dryRun ? "cannot be sent" : "not sent")}  ${name}: ${why}`,
    ...(dropped ? [] : fix.map((text) => `    hint: ${text}`)),
  ]);
  if (pushed.incomplete.some(({ dropped }) => !dropped)) {
    lost.push(`  hint: or give up what is lost: ${style.cyan("aero push --drop-lost")}`);
  }
  const rest = left > 0 && !dryRun
    ? [`  ${plural(left, "object")} still wait: ${style.cyan("aero push")}`]
    : [];
  return [whole, ...named, ...lost, ...rest].join("\n");
}

/** What a pull did, in one line or two. */
export function pullText(pulled: Pulled, style: Style): string {
  const { runs, artifacts, objects, bytes, requests, left, storage, dryRun } = pulled;
  if (runs + objects + left === 0) return style.dim(`Nothing new in ${storage}`);
  return [
    `${plural(runs, "new run")} and ${plural(artifacts, "artifact")} of ${storage}; ${
      dryRun ? "would get" : "got"
    } ${plural(objects, "object")}, ${style.bold(formatBytes(bytes))}, in ${plural(requests, "request")}`,
    ...(left > 0
      ? [
        `  ${plural(left, "tree or object", "trees and objects")} found no room under the cache's cap: ${
          style.cyan("aero cache status")
        }`,
      ]
      : []),
  ].join("\n");
}
