import { formatBytes, plural } from "../cli/human.ts";
import type { HostRecord, Limits } from "../model/run.ts";

/** A machine in a few lines, as its record has it: not yet safe to print. */
export function hostFacts(host: HostRecord): string[] {
  return [
    `${host.user} at ${host.hostname}`,
    `${host.os}, kernel ${host.kernel}, ${host.architecture}`,
    `${host.cpu}, ${plural(host.cores, "core")}, ${formatBytes(host.memoryBytes)}`,
    ...host.gpus.map(({ name, driver }) => `${name}, driver ${driver}`),
  ];
}

/** Ceilings of a run: `4 CPUs, 8.6 GB`; not yet safe to print. */
export function limitsText({ cpus, memoryBytes, gpus }: Limits): string {
  return [
    ...(cpus === undefined ? [] : [plural(cpus, "CPU")]),
    ...(memoryBytes === undefined ? [] : [formatBytes(memoryBytes)]),
    ...(gpus === undefined ? [] : [`GPUs ${gpus}`]),
  ].join(", ");
}
