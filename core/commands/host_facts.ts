import { formatBytes, plural } from "../cli/human.ts";
import type { HostRecord } from "../model/run.ts";

/** A machine in a few lines, as its record has it: not yet safe to print. */
export function hostFacts(host: HostRecord): string[] {
  return [
    `${host.user} at ${host.hostname}`,
    `${host.os}, kernel ${host.kernel}, ${host.architecture}`,
    `${host.cpu}, ${plural(host.cores, "core")}, ${formatBytes(host.memoryBytes)}`,
    ...host.gpus.map(({ name, driver }) => `${name}, driver ${driver}`),
  ];
}
