import * as z from "zod";

const text = z.string().min(1, { error: "it is empty" });

/** Config of the W&B tracker: an entry of `trackers`, less `use`. The key is never in it. */
export const wandbConfig = z.strictObject({
  base_url: z.url({ protocol: /^https?$/, error: "write an address, such as https://wandb.example.org" })
    .refine((url) => !URL.canParse(url) || !hasLogin(new URL(url)), {
      error: "a name or password stands in it; set WANDB_API_KEY",
    })
    .exactOptional().describe(
      "Address of a server of your own; default: WANDB_BASE_URL, or https://api.wandb.ai",
    ),
  entity: text.regex(/^[^/\s]+$/, { error: "the name of a user or team has no slash and no space" })
    .exactOptional().describe("User or team; default: WANDB_ENTITY, or that of the key"),
  // "WandB project names": none of / \ # ? % :, and at most 128 characters.
  project: text.max(128).regex(/^[^/\\#?%:]+$/, { error: "write it without / \\ # ? % and :" })
    .exactOptional().describe(
      "Project of W&B; default: WANDB_PROJECT, or one with the name of the run's project",
    ),
  ca_file: text.refine((path) => path.startsWith("/") || path.startsWith("~/"), {
    error: "write the path as an absolute one, or from ~/",
  }).exactOptional().describe("Certificates in PEM that are trusted besides the usual ones"),
  timeout_seconds: z.coerce.number().positive().exactOptional().describe(
    "How long an answer may take; default: 30",
  ),
});

/** What {@link wandbConfig} reads. */
export type WandbConfig = z.infer<typeof wandbConfig>;

/** Whether a name or password stands in an address: W&B takes keys only, and addresses are shown to people. */
export function hasLogin({ username, password }: URL): boolean {
  return username !== "" || password !== "";
}
