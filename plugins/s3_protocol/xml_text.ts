/** Markup of a document, or of a piece of one. */
export type XmlMarkup = string;

/** What stands in an element: its text; or markup, in an array. `undefined` leaves the element out. */
export type XmlContent = string | number | boolean | readonly XmlMarkup[] | undefined;

/** What every document of S3 says it is. */
export const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/**
 * Text as content or attribute of XML.
 *
 * Control characters become references, as S3 writes them; those that XML 1.0 has no way to hold are read back by lenient
 * parsers only, which is why listings have `encoding-type=url`.
 */
export function escapeXml(text: string): string {
  return text.replaceAll(
    /[&<>"\p{Cc}\ufffe\uffff]/gu,
    (character) => ESCAPES[character] ?? `&#${character.charCodeAt(0)};`,
  );
}

/** `<name>content</name>`; nothing if the content is `undefined`. */
export function element(name: string, content: XmlContent): XmlMarkup {
  if (content === undefined) return "";
  return `<${name}>${Array.isArray(content) ? content.join("") : escapeXml(String(content))}</${name}>`;
}

/** A whole document in S3's namespace. */
export function xmlDocument(root: string, content: readonly XmlMarkup[]): string {
  return `${XML_DECLARATION}<${root} xmlns="${NAMESPACE}">${content.join("")}</${root}>`;
}

/** How documents begin. */
export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
