import type { App } from "./app.ts";
import { formatBytes, plural } from "./cli/human.ts";
import type { Project } from "./pipeline/project.ts";
import { sendAfterwards } from "./pipeline/send_waiting.ts";

/**
 * Sends what a command had to keep on this machine, if the storage answers by then, and says what waits.
 *
 * @returns Whether something waits.
 */
export async function sendHeld({ services }: Project, { signal, printer }: App): Promise<boolean> {
  const waiting = await sendAfterwards(services, {
    signal,
    warn: (text) => printer.warn(text),
    note: (text) => printer.note(text),
    progress: () => printer.progress({ label: "Sending what waits", unit: "bytes" }),
  });
  if (waiting === undefined) return false;
  const { objects, bytes, runs } = waiting;
  printer.warn(
    `${plural(objects, "object")}${runs === 0 ? "" : ` of ${plural(runs, "run")}`}, ${
      formatBytes(bytes)
    }, wait on this machine for ${services.store.storage.location}; send them: \`aero sync\``,
  );
  return true;
}
