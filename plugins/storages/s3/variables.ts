import type { PluginVariable } from "../../../core/plugin/registry.ts";

/** Variables that access keys of a bucket come from, as in AWS's own tools. */
export const S3_VARIABLES: readonly PluginVariable[] = [
  {
    name: "AWS_ACCESS_KEY_ID",
    summary: "Access key, with AWS_SECRET_ACCESS_KEY; else those of ~/.aws/credentials",
  },
  { name: "AWS_SECRET_ACCESS_KEY", summary: "Secret key, with AWS_ACCESS_KEY_ID" },
  { name: "AWS_SESSION_TOKEN", summary: "Token that goes with keys that expire" },
  { name: "AWS_PROFILE", summary: "Section of the credentials file, where `profile` names none" },
];
