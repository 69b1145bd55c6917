// deno-lint-ignore-file no-console -- a script's output
/**
 * Brings up the real services that integration tests use, on a Debian 12 machine with root.
 *
 *     deno task services up [NAME…]      install, configure, start; without names all but the large ones
 *     deno task services status [NAME…]
 *     deno task services down [NAME…]    stop what was started
 *
 * One line for each service says what is up and which variables lead to it.
 */
import { SERVICES } from "./services/mod.ts";
import type { Running, Service } from "./services/service.ts";

const [action = "status", ...names] = Deno.args;

/** What is named, and what that needs; without names what {@link unnamed} lets through. */
function choose(wanted: readonly string[], unnamed: (service: Service) => boolean = () => true): Service[] {
  const unknown = wanted.filter((name) => !SERVICES.some((service) => service.name === name));
  if (unknown.length > 0) {
    console.error(
      `There is no service ${unknown.join(", ")}; there are ${SERVICES.map((s) => s.name).join(", ")}`,
    );
    Deno.exit(2);
  }
  const all = SERVICES.filter(unnamed).map((service) => service.name);
  const chosen = new Set(wanted.length === 0 ? all : wanted);
  for (const service of SERVICES.toReversed()) {
    if (chosen.has(service.name)) service.needs.forEach((name) => chosen.add(name));
  }
  return SERVICES.filter((service) => chosen.has(service.name));
}

function show(service: Service, running: Running | undefined): void {
  if (running === undefined) return console.log(`${service.name}: not up (${service.summary})`);
  const variables = Object.entries(running.variables).map(([name, value]) => `${name}=${value}`);
  console.log([`${service.name}: ${running.what}`, ...variables].join("  "));
}

switch (action) {
  case "up":
    for (const service of choose(names, (one) => one.onlyWhenNamed !== true)) {
      show(service, await service.up((line) => console.error(`${service.name}: ${line}`)));
    }
    break;
  case "status":
    for (const service of choose(names)) show(service, await service.status());
    break;
  case "down": {
    // Only what was named: what it needs may serve others.
    const named = choose(names).filter((service) => names.length === 0 || names.includes(service.name));
    for (const service of named.toReversed()) await service.down();
    for (const service of named) show(service, await service.status());
    break;
  }
  default:
    console.error("usage: deno task services up|status|down [NAME…]");
    Deno.exit(2);
}
