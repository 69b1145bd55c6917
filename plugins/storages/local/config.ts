import * as z from "zod";

/** Config of the local storage: the section `storage` of the project, less `use`. */
export const localConfig = z.strictObject({
  path: z.string()
    // A relative path depends on where aero is started; who knows what it is relative to resolves it.
    .refine((path) => /^(?:\/|[A-Za-z]:[\\/])/.test(path), "write the path as an absolute one, without ~")
    .exactOptional()
    .describe("Absolute path of the directory; default: `storage` in this user's data directory"),
});
