import assert from "node:assert/strict";
import { isS3Fault, type S3ErrorCode } from "./errors.ts";
import { readXml } from "./read_xml.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function assertFault(code: S3ErrorCode, run: () => unknown): void {
  assert.throws(run, (error) => isS3Fault(error, code) || assert.fail(`not ${code}: ${error}`));
}

Deno.test("readXml() gives elements in order, with their text as it stands, and drops namespaces and attributes", () => {
  const text =
    `<?xml version="1.0" encoding="UTF-8"?>\n<!-- a --><x:A xmlns:x="u" b="c"> 1 <x:B>2</x:B><!-- n --><C/>3</x:A>\n`;
  assert.deepEqual(readXml(bytes(text)), {
    name: "A",
    text: " 1 3",
    children: [{ name: "B", children: [], text: "2" }, { name: "C", children: [], text: "" }],
  });
});

Deno.test("references to characters are resolved once, and not in CDATA", () => {
  const text = "<A>&lt;&gt;&amp;&quot;&apos;&#65;&#x1F600;&amp;lt;<![CDATA[&lt;<b>]]></A>";
  assert.equal(readXml(bytes(text)).text, `<>&"'A😀&lt;&lt;<b>`);
});

const REFUSED: readonly [name: string, text: string][] = [
  ["nothing", ""],
  ["text alone", "hello"],
  ["two roots", "<A/><B/>"],
  ["an element that is not closed", "<A><B></A>"],
  ["elements that overlap", "<A><B></A></B>"],
  ["an entity that is not defined", "<A>&x;</A>"],
  ["a lone ampersand", "<A>a & b</A>"],
  ["a reference past Unicode", "<A>&#x110000;</A>"],
  ["a reference to half a character", "<A>&#xD800;</A>"],
  ["an inherited name as entity", "<A>&toString;</A>"],
  ["a document type", '<!DOCTYPE A SYSTEM "file:///etc/passwd"><A/>'],
  ["entities that grow", '<!DOCTYPE A [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><A>&b;</A>'],
  ["a document type in lower case", "<!doctype a><a/>"],
  ["more elements than any request needs", `<A>${"<B/>".repeat(200_000)}</A>`],
  ["elements too deep", `${"<A>".repeat(20)}${"</A>".repeat(20)}`],
];
for (const [name, text] of REFUSED) {
  Deno.test(`${name} is MalformedXML`, () => {
    assertFault("MalformedXML", () => readXml(bytes(text)));
  });
}

Deno.test("bytes that are not UTF-8 are MalformedXML", () => {
  assertFault("MalformedXML", () => readXml(new Uint8Array([0x3c, 0x41, 0xff, 0x2f, 0x3e])));
});

Deno.test("names that objects inherit are names like others, or refused", () => {
  for (const name of ["toString", "constructor", "__proto__", "hasOwnProperty"]) {
    try {
      assert.equal(readXml(bytes(`<A><${name}>1</${name}></A>`)).children.length, 1);
    } catch (error) {
      assert.ok(isS3Fault(error, "MalformedXML"), `${name}: ${error}`);
    }
  }
});

Deno.test("a document past its limit of bytes is not looked at", () => {
  assertFault("MaxMessageLengthExceeded", () => readXml(bytes("<A>12</A>"), { maxBytes: 8 }));
  assert.equal(readXml(bytes("<A>1</A>"), { maxBytes: 8 }).text, "1");
});
