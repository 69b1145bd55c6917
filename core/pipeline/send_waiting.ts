import { AeroError } from "../errors.ts";
import { isStorageError } from "../plugin/storage.ts";
import { type SendOptions, sendOutbox, type Sent } from "../store/send_outbox.ts";
import { reliableLabel } from "./reliable_label.ts";
import type { RunServices } from "./run_services.ts";

/** Who is told of what is sent when a command has ended. */
export interface SendListener {
  readonly signal: AbortSignal;
  warn(text: string): void;
  note(text: string): void;
  /** Shows bytes that are sent, until it is disposed. */
  progress(): Disposable & { add(bytes: number): void; setTotal(bytes: number): void };
}

/** How much waits for a storage. */
export interface Waiting {
  readonly objects: number;
  /** Bytes. */
  readonly bytes: number;
  readonly runs: number;
}

/** How long a storage that has failed is left alone, in milliseconds. */
const LEAVE_ALONE_MS = 30_000;

/** Sends what waits, as {@link sendOutbox}; labels go to what may be relied on. */
export async function sendWaiting(
  { store, archive }: Pick<RunServices, "store" | "archive">,
  options: Omit<SendOptions, "accepts">,
): Promise<Sent> {
  return await sendOutbox(store, { ...options, accepts: reliableLabel(archive) });
}

/** What waits. */
export async function waitingIn({ store }: Pick<RunServices, "store">): Promise<Waiting> {
  const { keys, objects, bytes } = await store.outbox!.outbox.content();
  return { objects, bytes, runs: keys.filter(({ key }) => /^runs\/.*\/record\.json$/.test(key)).length };
}

/**
 * Sends what a command had to keep on this machine, if the storage answers by then.
 *
 * @returns What still waits; `undefined` if nothing does.
 */
export async function sendAfterwards(
  services: Pick<RunServices, "store" | "archive" | "now">,
  listener: SendListener,
): Promise<Waiting | undefined> {
  const outbox = services.store.outbox!;
  if (services.now() - outbox.troubleAt >= LEAVE_ALONE_MS) {
    try {
      if (await outbox.comeBack({ signal: listener.signal })) {
        using progress = listener.progress();
        const { incomplete } = await sendWaiting(services, {
          signal: listener.signal,
          onTotal: (bytes) => progress.setTotal(bytes),
          onSent: (bytes) => progress.add(bytes),
        });
        for (const { name, why } of incomplete) {
          listener.warn(`${name} cannot be sent, and still waits: ${why}; see \`aero push\``);
        }
        if (incomplete.length > 0) return await waitingIn(services);
        listener.note(`what waited was sent to ${outbox.location}`);
        return undefined;
      }
    } catch (error) {
      if (!(error instanceof AeroError)) throw error;
      if (!isStorageError(error, "unavailable")) listener.warn(error.message);
    }
  }
  return await waitingIn(services);
}
