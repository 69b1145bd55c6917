import type { Message } from "./message.ts";
import { invalid } from "./refusal.ts";

/** A piece of a list, and where the next begins. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** What to ask with for the next; `undefined` if there is none. */
  readonly next: string | undefined;
}

/**
 * Which part of a list `message` asks for: `from`, to before `to`.
 *
 * @throws {Refusal} if it asks for none or for too many.
 */
export function pageBounds(message: Message, usual: number, most: number): { from: number; to: number } {
  const wanted = message.integer("max_results") ?? usual;
  if (wanted < 1 || wanted > most) {
    throw invalid(`Invalid value for max_results: it is ${wanted}, and is to be from 1 to ${most}`);
  }
  const token = message.text("page_token") ?? "";
  if (token !== "" && !/^\d{1,9}$/.test(token)) throw invalid("Invalid page token");
  const from = Number(token);
  return { from, to: from + wanted };
}

/** The page of `list` that `message` asks for. @throws {Refusal} */
export function pageOf<Item>(
  list: readonly Item[],
  message: Message,
  usual: number,
  most: number,
): Page<Item> {
  const { from, to } = pageBounds(message, usual, most);
  return { items: list.slice(from, to), next: to < list.length ? String(to) : undefined };
}

/** The field of an answer that names the next page. */
export function nextPage(next: string | undefined): { next_page_token?: string } {
  return next === undefined ? {} : { next_page_token: next };
}
