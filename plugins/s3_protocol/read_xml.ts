import { XMLParser, XMLValidator } from "fast-xml-parser";
import { S3Fault } from "./errors.ts";

/** An element of a document that was read; attributes and namespaces are dropped. */
export interface XmlElement {
  readonly name: string;
  /** In order. */
  readonly children: readonly XmlElement[];
  /** All text right in it, as it stands: white space counts. */
  readonly text: string;
}

/** Bounds of a document that comes from outside. */
export interface XmlLimits {
  /** Bytes of UTF-8. Default 4 MiB: 10,000 parts with all their checksums stay under it. */
  readonly maxBytes?: number;
  /** Elements within each other. Default 16; no document of S3 has more than 6. */
  readonly maxDepth?: number;
}

const PREDEFINED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Most tags, of beginnings and ends: 10,000 parts with seven elements each have 160,000. */
const MAX_TAGS = 200_000;

/** A node as the parser gives it: one name with its content, or text. */
type ParsedNode = Readonly<Record<string, unknown>>;

/**
 * Reads a document, without its types.
 *
 * A document type, and so every entity of its own, is refused: nothing grows when it is read.
 * @throws {S3Fault} `MalformedXML`; `MaxMessageLengthExceeded` past the limit.
 */
export function readXml(bytes: Uint8Array, limits: XmlLimits = {}): XmlElement {
  const { maxBytes = 4 * 1024 * 1024, maxDepth = 16 } = limits;
  if (bytes.length > maxBytes) throw new S3Fault("MaxMessageLengthExceeded");
  const text = decodeUtf8(bytes);
  if (/<!(?!--|\[CDATA\[)/.test(text)) throw malformed("declares a document type");
  if (countTags(text) > MAX_TAGS) throw malformed("has too many elements");
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: true,
    removeNSPrefix: true,
    parseTagValue: false,
    trimValues: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    // Resolved below, the predefined ones alone.
    processEntities: false,
    cdataPropName: "#cdata",
    maxNestedTags: maxDepth,
  });
  let nodes: readonly ParsedNode[];
  try {
    const valid = XMLValidator.validate(text);
    if (valid !== true) throw malformed(`is not well-formed in line ${valid.err.line}`);
    nodes = parser.parse(text) as readonly ParsedNode[];
  } catch (error) {
    if (error instanceof S3Fault) throw error;
    throw new S3Fault("MalformedXML", { cause: error });
  }
  const { children } = toElement("", nodes);
  if (children.length !== 1) throw malformed("has not exactly one root");
  return children[0]!;
}

function countTags(text: string): number {
  let count = 0;
  for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", at + 1)) count++;
  return count;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new S3Fault("MalformedXML", { cause });
  }
}

function toElement(name: string, nodes: readonly ParsedNode[]): XmlElement {
  const children: XmlElement[] = [];
  let text = "";
  for (const node of nodes) {
    const [key, value] = Object.entries(node)[0]!;
    if (key === "#text") text += resolveReferences(String(value));
    else if (key === "#cdata") {
      text += (value as readonly ParsedNode[]).map((part) => String(part["#text"])).join("");
    } else children.push(toElement(key, value as readonly ParsedNode[]));
  }
  return { name, children, text };
}

/** Puts characters in place of `&amp;`, `&#38;`, `&#x26;` and their kind; any other reference is a fault. */
function resolveReferences(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w+))?;?/g, (whole, decimal, hex, name) => {
    const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? parseInt(hex, 16) : undefined;
    const isCharacter = code !== undefined && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    const character = isCharacter
      ? String.fromCodePoint(code)
      : Object.hasOwn(PREDEFINED, name) && PREDEFINED[name];
    if (!whole.endsWith(";") || typeof character !== "string") {
      throw malformed("has a reference that stands for nothing");
    }
    return character;
  });
}

function malformed(how: string): S3Fault {
  return new S3Fault("MalformedXML", { message: `The XML document ${how}` });
}
