/**
 * A server of objects in a process of its own, for tests that kill it.
 *
 *     deno run -A tests/support/object_server_child.ts '{"directory": …, "port": …, "users": […]}'
 *
 * Says `ready <url>` on standard output once it listens.
 */
import { openObjectEngine } from "../../plugins/object_server/engine/open_engine.ts";
import type { Grant } from "../../plugins/object_server/object_engine.ts";
import type { PublicAcls } from "../../plugins/object_server/operations/acl.ts";
import { serveObjects } from "../../plugins/object_server/serve.ts";

/** What the process is told. */
export interface ServerChildTask {
  readonly directory: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly region: string;
  readonly publicAcls?: PublicAcls;
  readonly users: readonly {
    readonly name: string;
    readonly accessKey: string;
    readonly secret: string;
    readonly grants: readonly Grant[];
  }[];
}

if (import.meta.main) {
  const task: ServerChildTask = JSON.parse(Deno.args[0]!);
  const now = () => new Date();
  const engine = await openObjectEngine({ directory: task.directory, now });
  const known = new Set((await engine.accounts.users()).map(({ name }) => name));
  for (const { name, accessKey, secret, grants } of task.users) {
    if (known.has(name)) continue;
    await engine.accounts.createUser({ name, grants });
    await engine.accounts.addKey({ user: name, id: accessKey, secret });
  }
  const server = await serveObjects({
    engine,
    listen: { hostname: "127.0.0.1", port: task.port },
    region: task.region,
    ...(task.publicAcls === undefined ? {} : { publicAcls: task.publicAcls }),
    now,
    // deno-lint-ignore no-console -- what goes wrong in the server is what a failing test needs
    log: (event, fields) => event === "request" ? undefined : console.error(event, fields),
  });
  // deno-lint-ignore no-console -- whoever started this waits for it
  console.log(`ready ${server.url}`);
  await server.closed;
}
