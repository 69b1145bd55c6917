import { S3Fault } from "./errors.ts";
import type { XmlElement } from "./read_xml.ts";

/** The element itself, if it has this name. @throws {S3Fault} `MalformedXML` if it has another. */
export function expectRoot(root: XmlElement, ...names: readonly string[]): XmlElement {
  if (!names.includes(root.name)) throw wrongDocument(`begins with ${root.name} in place of ${names[0]}`);
  return root;
}

/** Children of this name, in order. */
export function childrenOf(parent: XmlElement, name: string): readonly XmlElement[] {
  return parent.children.filter((child) => child.name === name);
}

/** The only child of this name; `undefined` without one. @throws {S3Fault} `MalformedXML` if there are several. */
export function childOf(parent: XmlElement, name: string): XmlElement | undefined {
  const [first, ...more] = childrenOf(parent, name);
  if (more.length > 0) throw wrongDocument(`has more than one ${name} in ${parent.name}`);
  return first;
}

/** Text of the only child of this name, as it stands. */
export function textOf(parent: XmlElement, name: string): string | undefined {
  return childOf(parent, name)?.text;
}

/** As {@link textOf}, but without white space around it: for words and numbers. */
export function wordOf(parent: XmlElement, name: string): string | undefined {
  return textOf(parent, name)?.trim();
}

/** A whole number that may be negative. @throws {S3Fault} `MalformedXML` if it is none. */
export function integerOf(parent: XmlElement, name: string): number | undefined {
  const word = wordOf(parent, name);
  if (word === undefined) return undefined;
  if (!/^-?\d{1,15}$/.test(word)) throw wrongDocument(`has a ${name} that is not a whole number`);
  return Number(word);
}

/** One of a few words. @throws {S3Fault} `MalformedXML` if it is another. */
export function choiceOf<Word extends string>(
  parent: XmlElement,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const word = wordOf(parent, name);
  const found = words.find((choice) => choice === word);
  if (word !== undefined && found === undefined) {
    throw wrongDocument(`has a ${name} that is not ${words.join(" or ")}`);
  }
  return found;
}

/** What was looked for, or `MalformedXML` where it is missing. */
export function required<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw wrongDocument(`has no ${name}`);
  return value;
}

/** A document that is well-formed, and not of the form that the request takes. */
export function wrongDocument(how: string): S3Fault {
  return new S3Fault("MalformedXML", { message: `The document ${how}` });
}
