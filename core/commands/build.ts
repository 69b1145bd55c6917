import * as z from "zod";
import { shortDigest } from "../model/digest.ts";
import { defineCommand } from "./define.ts";

/** `aero build`. */
export const build = defineCommand({
  name: ["build"],
  summary: "Make the image that stages run in, and write aero.lock",
  description:
    "Moving names are resolved to digests, the image is built if what it is built from changed, kept in " +
    "storage, and written to aero.lock. Commit that file.",
  examples: [
    { does: "Build what is new", run: "aero build" },
    { does: "See what base images stand for today", run: "aero build --update" },
  ],
  positionals: [],
  input: z.strictObject({
    update: z.boolean().default(false).describe("Resolve also the names that aero.lock has"),
  }),
  async run({ update }, app) {
    const { buildImages } = await import("../actions/build_images.ts");
    return await buildImages(app, { update });
  },
  text: (results, style) =>
    results.map((result) => {
      if (result.type === "lock") {
        return result.changed ? `Wrote ${result.path}; commit it` : style.dim(`${result.path} is up to date`);
      }
      const names = `${style.bold(result.reference)}  ${style.cyan(shortDigest(result.image))}`;
      return `${names}  ${result.built ? "built" : "up to date"}  for ${result.stages.join(", ")}`;
    }).join("\n"),
});
