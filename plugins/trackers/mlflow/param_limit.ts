import type { MlflowClient } from "./mlflow_client.ts";
import type { Step } from "./run_lookup.ts";

/** Longest value of a param that the server keeps whole: 500 before 2.8, and where it does not tell its version. */
export async function longestParam(client: MlflowClient, { signal }: Step): Promise<number> {
  const [major = 0, minor = 0] = (await client.version(signal) ?? "").split(".").map(Number);
  return major > 2 || (major === 2 && minor >= 8) ? 6000 : 500;
}
