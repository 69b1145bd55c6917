import * as z from "zod";
import { parseLoose } from "./loose_json.ts";

const errorsSchema = z.array(z.looseObject({ message: z.string() })).min(1);
const errorSchema = z.union([z.string(), z.looseObject({ message: z.string() })]);

/**
 * The data of an answer.
 *
 * Errors come with status 200, and data may be partly there beside them; so they are looked at first.
 * @param refused Makes the error to throw.
 */
export function graphqlAnswer<Answer>(
  body: unknown,
  answer: z.ZodType<Answer>,
  refused: (why: string) => Error,
): Answer {
  const said = messageOf(body);
  if (said !== undefined) throw refused(`the server said: ${said}`);
  const read = z.looseObject({ data: answer }).safeParse(body);
  if (read.success) return read.data.data;
  const { path, message } = read.error.issues[0]!;
  throw refused(`the answer is not of W&B's form: ${[path.join("."), message].filter(Boolean).join(": ")}`);
}

/** What an error's body says: `{"errors":[…]}`, `{"error":"…"}`, `{"error":{"message":"…"}}`, or text. */
export function saidIn(text: string): string {
  try {
    return messageOf(parseLoose(text)) ?? "";
  } catch {
    return text.trimStart().startsWith("<") ? "" : text;
  }
}

function messageOf(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const errors = errorsSchema.safeParse((body as { errors?: unknown }).errors);
  if (errors.success) return errors.data.map(({ message }) => message).join("; ");
  const error = errorSchema.safeParse((body as { error?: unknown }).error);
  if (!error.success) return undefined;
  return typeof error.data === "string" ? error.data : error.data.message;
}
