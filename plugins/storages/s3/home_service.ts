import type { PluginContext } from "../../../core/plugin/context.ts";

/** What stands for Amazon's own service where data is addressed, and an endpoint may be named. */
export const HOME_SERVICE = "aws";

// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
const ENDPOINTS = /^AWS_ENDPOINT_URL(?:_S3)?$/;

/** A context whose variables name no service: who means Amazon's gets it, whatever this machine is set up for. */
export function atHome(context: PluginContext): PluginContext {
  return { ...context, variable: (name) => ENDPOINTS.test(name) ? undefined : context.variable(name) };
}
