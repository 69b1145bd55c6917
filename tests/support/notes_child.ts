// aero with the API of tests in place of the built-in ones.
import { App } from "../../core/app.ts";
import { denoIo } from "../../core/cli/deno_io.ts";
import { dispatch } from "../../core/cli/dispatch.ts";
import { COMMANDS, TOPICS } from "../../core/commands/mod.ts";
import { processEnvironment } from "../../core/config/env.ts";
import { REGISTRY } from "../../plugins/mod.ts";
import { notesApi } from "./notes_api.ts";

if (import.meta.main) {
  const never = new AbortController().signal;
  const io = denoIo(processEnvironment(), { signal: never, urgent: never });
  Deno.exitCode = await dispatch(Deno.args, io, {
    name: "aero",
    version: "0.0.0-test",
    about: "",
    commands: COMMANDS,
    topics: TOPICS,
    openApp: (base) =>
      Promise.resolve(new App(base, () => Promise.resolve({ ...REGISTRY, programApis: [notesApi] }))),
  });
}
