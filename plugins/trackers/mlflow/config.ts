import * as z from "zod";

const text = z.string().min(1, { error: "it is empty" });

/** Config of the mlflow tracker: an entry of `trackers`, less `use`. Names and passwords come from variables only. */
export const mlflowConfig = z.strictObject({
  uri: z.url({ protocol: /^https?$/, error: "write an address, such as https://mlflow.example.org" })
    .refine((uri) => !URL.canParse(uri) || (new URL(uri).username === "" && new URL(uri).password === ""), {
      error: "a name or password stands in it; set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD",
    })
    .exactOptional().describe("Address of the server; default: that of MLFLOW_TRACKING_URI"),
  experiment: text.max(500).exactOptional().describe(
    "Experiment that runs go to; default: that of MLFLOW_EXPERIMENT_NAME, or the name of the project",
  ),
  workspace: text.exactOptional().describe(
    "Workspace, at servers that have them; default: that of MLFLOW_WORKSPACE",
  ),
  ca_file: text.refine((path) => path.startsWith("/") || path.startsWith("~/"), {
    error: "write the path as an absolute one, or from ~/",
  }).exactOptional().describe(
    "Certificates in PEM that are trusted besides the usual ones; default: those of MLFLOW_TRACKING_SERVER_CERT_PATH",
  ),
  logged_models: z.enum(["auto", "all", "none"]).exactOptional().describe(
    "Which outputs become logged models at 3.x: those whose name says model (auto, the default), all, or none",
  ),
  timeout_seconds: z.coerce.number().positive().exactOptional().describe(
    "How long an answer is waited for; default: 30",
  ),
});

/** What {@link mlflowConfig} reads. */
export type MlflowConfig = z.infer<typeof mlflowConfig>;
