import type { AppBase } from "../cli/app_base.ts";
import { commandDefiner } from "../cli/command.ts";
import type { Registry } from "../plugin/registry.ts";

/** What commands work with. */
export interface App extends AppBase, AsyncDisposable {
  readonly registry: Registry;
}

/** Declares a command of aero. */
export const defineCommand = commandDefiner<App>();
