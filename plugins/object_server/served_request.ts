import type { ServedRequest } from "../../core/plugin/service.ts";

/**
 * A line of the server's log as the contract has it.
 *
 * @param fields Those of the event `request` of `serveObjects`.
 * @param now When its reply was out, in epoch milliseconds.
 */
export function servedRequest(fields: Record<string, unknown>, now: number): ServedRequest {
  const text = (name: string) => fields[name] === undefined ? undefined : String(fields[name]);
  const number = (name: string) => typeof fields[name] === "number" ? fields[name] : 0;
  const durationMs = number("ms");
  const user = text("user");
  const error = text("code") ?? text("reason") ?? (fields.cut === true ? "cut" : undefined);
  const path = ["bucket", "key"].map(text).filter((part) => part !== undefined).join("/");
  return {
    at: now - durationMs,
    method: text("method") ?? "",
    operation: text("operation") ?? "",
    target: `/${path}`,
    status: number("status"),
    remote: text("remote") ?? "",
    bytesIn: number("bytesIn"),
    bytesOut: number("bytesOut"),
    durationMs,
    ...(user === undefined ? {} : { user }),
    ...(error === undefined ? {} : { error }),
  };
}
