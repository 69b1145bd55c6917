import assert from "node:assert/strict";
import { CorruptionError, UserError } from "../errors.ts";
import { MEDIA_TYPE } from "../model/descriptor.ts";
import { parseDigest } from "../model/digest.ts";
import { type KeptImage, readKeptImage, writeKeptImage } from "./image_format.ts";

const digestOfLetter = (letter: string) => parseDigest(`sha256:${letter.repeat(64)}`);
const KEPT: KeptImage = {
  schema: "aero/image@1",
  image: digestOfLetter("a"),
  manifest: { mediaType: MEDIA_TYPE.imageManifest, digest: digestOfLetter("b"), size: 7 },
  inventory: { mediaType: MEDIA_TYPE.inventory, digest: digestOfLetter("c"), size: 9 },
};
const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("a kept image's document reads back as it was written", () => {
  const { inventory: _, ...bare } = KEPT;

  for (const image of [KEPT, bare]) assert.deepEqual(readKeptImage(writeKeptImage(image)), image);
});

Deno.test("a kept image's document with an unknown or damaged field is refused", () => {
  const text = new TextDecoder().decode(writeKeptImage(KEPT));

  for (
    const damaged of [text.replace('"image":', '"omage":'), text.replace("a".repeat(64), "a"), `${text} `]
  ) {
    assert.throws(() => readKeptImage(bytesOf(damaged)), CorruptionError);
  }
});

Deno.test("a kept image's document of a later version asks for a newer aero", () => {
  const text = new TextDecoder().decode(writeKeptImage(KEPT)).replace("aero/image@1", "aero/image@2");

  assert.throws(
    () => readKeptImage(bytesOf(text)),
    (e) => e instanceof UserError && e.code === "image_newer",
  );
});
