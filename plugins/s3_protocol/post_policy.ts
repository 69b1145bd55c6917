import { fromBase64 } from "./base64.ts";
import { S3Fault } from "./errors.ts";

/** A condition of a policy. */
type Condition =
  | { readonly kind: "eq" | "starts-with"; readonly field: string; readonly value: string }
  | { readonly kind: "length"; readonly min: number; readonly max: number };

/** What whoever made a form allows to be posted with it. */
export interface PostPolicy {
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  readonly conditions: readonly Condition[];
}

/** Fields that need no condition: they are the authorization, or the file itself. */
const UNCONDITIONED = ["x-amz-signature", "file", "policy", "signature", "awsaccesskeyid"];

/**
 * Reads a policy document.
 *
 * @param policy Base64 of JSON in UTF-8.
 * @throws {S3Fault} `InvalidPolicyDocument`.
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html}
 */
export function parsePostPolicy(policy: string): PostPolicy {
  const document = parseJson(policy);
  const { expiration, conditions } = document;
  if (
    typeof expiration !== "string" ||
    !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(expiration)
  ) {
    throw invalid("has no expiration in ISO 8601");
  }
  const expiresAt = Date.parse(expiration);
  if (Number.isNaN(expiresAt)) throw invalid("has an expiration that is no date");
  if (!Array.isArray(conditions)) throw invalid("has no list of conditions");
  return { expiresAt, conditions: conditions.flatMap(toConditions) };
}

function parseJson(policy: string): Record<string, unknown> {
  // Line breaks are common in base64 of forms.
  const bytes = fromBase64(policy.replaceAll(/\s/g, ""));
  if (bytes === undefined) throw invalid("is not base64");
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new S3Fault("InvalidPolicyDocument", { message: "The policy document is not JSON", cause });
  }
  if (!isRecord(value)) throw invalid("is not a JSON object");
  return value;
}

function toConditions(condition: unknown): Condition[] {
  if (Array.isArray(condition)) return [fromList(condition)];
  if (!isRecord(condition)) throw invalid("has a condition that is neither list nor object");
  const fields = Object.entries(condition);
  if (fields.length !== 1) throw invalid("has a condition that names not one field");
  return fields.map(([field, value]) => {
    if (typeof value !== "string") throw invalid("has a condition whose value is no text");
    return { kind: "eq", field: field.toLowerCase(), value };
  });
}

function fromList(condition: readonly unknown[]): Condition {
  const [kind, a, b] = condition;
  const word = typeof kind === "string" ? kind.toLowerCase() : "";
  if (condition.length !== 3) throw invalid("has a condition that has not three parts");
  if (word === "content-length-range") {
    const [min, max] = [Number(a), Number(b)];
    if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || min < 0) {
      throw invalid("has a length that is no number");
    }
    return { kind: "length", min, max };
  }
  if (word !== "eq" && word !== "starts-with") throw invalid("has a condition that is not known");
  if (typeof a !== "string" || !a.startsWith("$") || typeof b !== "string") {
    throw invalid("has a condition that is not about a $field");
  }
  return { kind: word, field: a.slice(1).toLowerCase(), value: b };
}

/** A form that was posted. */
export interface PostedForm {
  /** Names in lower case, with `bucket`, and `key` in which the file's name has been put; without the file. */
  readonly fields: ReadonlyMap<string, string>;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Holds a form to its policy. How long its file may be is asked by {@link postLengthRange}.
 *
 * @throws {S3Fault} `AccessDenied` once it has expired, if a condition fails, or for a field that no condition is about.
 */
export function requirePolicy(policy: PostPolicy, form: PostedForm): void {
  if (form.now > policy.expiresAt) throw denied("The policy has expired");
  for (const condition of policy.conditions) {
    if (condition.kind === "length") continue;
    const { kind, field, value } = condition;
    const given = form.fields.get(field) ?? "";
    if (kind === "eq" ? given !== value : !startsWith(field, given, value)) {
      throw denied(`The policy's condition on ${field} is not met`);
    }
  }
  const known = new Set(
    policy.conditions.map((condition) => condition.kind === "length" ? "" : condition.field),
  );
  for (const field of form.fields.keys()) {
    // A checksum allows nothing: it only refuses a file that is another one.
    const free = UNCONDITIONED.includes(field) || /^x-(ignore|amz-checksum)-/.test(field);
    if (!free && !known.has(field)) {
      throw denied(`The form has a field ${field} that its policy does not allow`);
    }
  }
}

/** Content types may be a list, each of which has to begin so; elsewhere a comma is a comma. */
function startsWith(field: string, given: string, value: string): boolean {
  const values = field === "content-type" ? given.split(",").map((type) => type.trim()) : [given];
  return values.every((one) => one.startsWith(value));
}

/** Bytes that the file may have: the narrowest of all ranges. */
export function postLengthRange(policy: PostPolicy): { readonly min: number; readonly max: number } {
  return policy.conditions.reduce<{ min: number; max: number }>(
    (range, condition) =>
      condition.kind === "length"
        ? { min: Math.max(range.min, condition.min), max: Math.min(range.max, condition.max) }
        : range,
    { min: 0, max: Infinity },
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(how: string): S3Fault {
  return new S3Fault("InvalidPolicyDocument", { message: `The policy document ${how}` });
}

function denied(message: string): S3Fault {
  return new S3Fault("AccessDenied", { message });
}
