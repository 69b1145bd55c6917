import { S3Fault } from "./errors.ts";
import { readXml, type XmlElement } from "./read_xml.ts";
import { childrenOf, expectRoot, integerOf, textOf, wrongDocument } from "./xml_fields.ts";
import { element, xmlDocument } from "./xml_text.ts";

/** One rule: which pages of other origins may send what. */
export interface CorsRule {
  readonly id?: string;
  /** Such as `https://*.example.org`, with at most one `*`. */
  readonly allowedOrigins: readonly string[];
  readonly allowedMethods: readonly string[];
  /** In any case, with at most one `*` each. */
  readonly allowedHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds?: number;
}

const METHODS = ["GET", "PUT", "POST", "DELETE", "HEAD"];
const MAX_RULES = 100;

/**
 * Reads the document of PutBucketCors.
 *
 * @throws {S3Fault} `MalformedXML`, `InvalidRequest` for a method that is none or a pattern with two `*`.
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html}
 */
export function parseCorsConfiguration(bytes: Uint8Array): CorsRule[] {
  const rules = childrenOf(expectRoot(readXml(bytes), "CORSConfiguration"), "CORSRule").map(toRule);
  if (rules.length === 0 || rules.length > MAX_RULES) throw wrongDocument(`has ${rules.length} rules`);
  return rules;
}

function toRule(rule: XmlElement): CorsRule {
  const all = (name: string) => childrenOf(rule, name).map((child) => child.text.trim());
  const id = textOf(rule, "ID"), maxAgeSeconds = integerOf(rule, "MaxAgeSeconds");
  const [allowedOrigins, allowedMethods, allowedHeaders] = ["AllowedOrigin", "AllowedMethod", "AllowedHeader"]
    .map(all);
  if (allowedOrigins!.length === 0 || allowedMethods!.length === 0) {
    throw wrongDocument("has a rule without AllowedOrigin or AllowedMethod");
  }
  const strange = allowedMethods!.find((method) => !METHODS.includes(method));
  if (strange !== undefined) {
    throw new S3Fault("InvalidRequest", {
      message: `A CORS rule allows ${strange}, which is none of ${METHODS.join(", ")}`,
    });
  }
  const wild = [...allowedOrigins!, ...allowedHeaders!].find((pattern) => pattern.split("*").length > 2);
  if (wild !== undefined) {
    throw new S3Fault("InvalidRequest", { message: `${wild} in a CORS rule has more than one *` });
  }
  return {
    ...(id === undefined ? {} : { id }),
    allowedOrigins: allowedOrigins!,
    allowedMethods: allowedMethods!,
    allowedHeaders: allowedHeaders!,
    exposeHeaders: all("ExposeHeader"),
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
  };
}

/** Document of GetBucketCors; {@link parseCorsConfiguration} reads it back. */
export function corsDocument(rules: readonly CorsRule[]): string {
  return xmlDocument(
    "CORSConfiguration",
    rules.map((rule) =>
      element("CORSRule", [
        element("ID", rule.id),
        ...rule.allowedMethods.map((method) => element("AllowedMethod", method)),
        ...rule.allowedOrigins.map((origin) => element("AllowedOrigin", origin)),
        ...rule.allowedHeaders.map((name) => element("AllowedHeader", name)),
        element("MaxAgeSeconds", rule.maxAgeSeconds),
        ...rule.exposeHeaders.map((name) => element("ExposeHeader", name)),
      ])
    ),
  );
}

/** What a page asks: of a preflight, the method and headers that it is about to send. */
export interface CorsQuestion {
  readonly origin: string;
  readonly method: string;
  /** Of Access-Control-Request-Headers; empty for a request itself. */
  readonly headers: readonly string[];
}

/**
 * The headers of the reply by which a browser lets the page go on: those of the first rule that allows all that is asked.
 *
 * @returns `undefined` if no rule does.
 */
export function corsHeaders(
  rules: readonly CorsRule[],
  question: CorsQuestion,
): Readonly<Record<string, string>> | undefined {
  const rule = rules.find((rule) => allows(rule, question));
  if (rule === undefined) return undefined;
  // Only a rule for everybody may be answered so; else the answer names the origin, and caches must tell origins apart.
  const forAll = rule.allowedOrigins.includes("*");
  return {
    "access-control-allow-origin": forAll ? "*" : question.origin,
    ...(forAll ? {} : { "access-control-allow-credentials": "true" }),
    "access-control-allow-methods": rule.allowedMethods.join(", "),
    ...(question.headers.length === 0 ? {} : { "access-control-allow-headers": question.headers.join(", ") }),
    ...(rule.exposeHeaders.length === 0
      ? {}
      : { "access-control-expose-headers": rule.exposeHeaders.join(", ") }),
    ...(rule.maxAgeSeconds === undefined ? {} : { "access-control-max-age": String(rule.maxAgeSeconds) }),
    vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
  };
}

function allows(rule: CorsRule, { origin, method, headers }: CorsQuestion): boolean {
  return rule.allowedMethods.includes(method) &&
    rule.allowedOrigins.some((pattern) => matches(pattern, origin)) &&
    headers.every((name) =>
      rule.allowedHeaders.some((pattern) => matches(pattern.toLowerCase(), name.toLowerCase()))
    );
}

/** Whether `text` is `pattern`, in which one `*` stands for anything. */
function matches(pattern: string, text: string): boolean {
  const [start, end] = pattern.split("*");
  if (end === undefined) return pattern === text;
  return text.length >= start!.length + end.length && text.startsWith(start!) && text.endsWith(end);
}
