import * as z from "zod";

/** Config of the memory storage: it has none. */
export const memoryConfig = z.strictObject({});
