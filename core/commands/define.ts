import type { App } from "../app.ts";
import { commandDefiner } from "../cli/command.ts";

export type { App };

/** Declares a command of aero. */
export const defineCommand = commandDefiner<App>();
