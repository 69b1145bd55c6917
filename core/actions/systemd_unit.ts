import type { App } from "../app.ts";
import { upWords } from "./detach_server.ts";
import { selfCommand } from "./self_command.ts";
import { serviceSettings } from "./serve_storage.ts";
import { assertProfileFree } from "./server_profile.ts";
import { type ServeOptions, settingsOf } from "./server_settings.ts";
import { serverPlace } from "./storage_server.ts";

/** A unit file, as text. */
export interface SystemdUnit {
  readonly type: "systemd-unit";
  readonly text: string;
}

/** Makes a unit that keeps the server running; nothing is started. */
export async function systemdUnit(app: App, options: ServeOptions): Promise<SystemdUnit> {
  const place = await serverPlace(app, options.data);
  serviceSettings(app, options, place);
  await assertProfileFree(app, settingsOf(app, options).profile, place);
  const words = [...selfCommand(app.variables), ...upWords(app, options, place)].map(unitWord).join(" ");
  // A unit sees no variable of a login, so the directories that this user has chosen are named.
  const variables = [
    "HOME",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "DENO_DIR",
  ]
    .flatMap((name) => {
      const value = app.variables.get(name);
      return value === undefined ? [] : [`Environment=${quoted(`${name}=${value}`)}`];
    });
  const text = `[Unit]
Description=aero storage server
After=network-online.target

[Service]
ExecStart=${words}
${variables.join("\n")}
Restart=on-failure
TimeoutStopSec=30
NoNewPrivileges=yes

[Install]
WantedBy=default.target
`;
  return { type: "systemd-unit", text };
}

/** A word of a command line, in which a dollar sign stands for a variable. @see systemd.service(5), "Command lines" */
function unitWord(text: string): string {
  return quoted(text.replaceAll("$", "$$$$"));
}

/** A word without what systemd would fill in; in quotes where it has to be. @see systemd.syntax(7), "Quoting" */
function quoted(text: string): string {
  const escaped = text.replaceAll("%", "%%").replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  return /^[A-Za-z0-9_./:@=,+%$-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}
