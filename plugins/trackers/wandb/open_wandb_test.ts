import assert from "node:assert/strict";
import type { PluginContext } from "../../../core/plugin/context.ts";
import { wandbTracker } from "./mod.ts";

const ADDRESS = "https://ada:hidden@wandb.example.org";

const CONTEXT: PluginContext = {
  signal: new AbortController().signal,
  now: () => new Date(),
  variable: (name) => name === "WANDB_BASE_URL" ? ADDRESS : undefined,
  log() {},
  dataDirectory: "/nowhere",
};

Deno.test("an address with a password is refused in config, without telling it", () => {
  const { success, error } = wandbTracker.config.safeParse({ base_url: ADDRESS });

  assert.ok(!success);
  assert.match(error.message, /WANDB_API_KEY/);
  assert.doesNotMatch(error.message, /hidden/);
});

Deno.test("an address with a password is refused in WANDB_BASE_URL, without telling it", async () => {
  await assert.rejects(wandbTracker.open({}, CONTEXT), (error: Error) => {
    assert.equal((error as { code?: string }).code, "config_invalid");
    assert.doesNotMatch(Deno.inspect(error), /hidden/);
    return true;
  });
});
