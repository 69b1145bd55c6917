import assert from "node:assert/strict";
import type { FaultName } from "./fault_plan.ts";
import { evenRates, FAULTS } from "./fault_plan.ts";
import { FaultProxy } from "./fault_proxy.ts";
import { ObjectClient, type ObjectServerAddress } from "./object_client.ts";
import { ObjectLoad } from "./object_load.ts";

const CLIENTS = 3;
const REQUESTS = 300;

/** All but wrong replies, which it is the client's to notice. */
const SERVER_FAULTS = FAULTS.filter((name): name is Exclude<FaultName, "wrong-reply"> =>
  name !== "wrong-reply"
);

/**
 * Sends three loads through a faulty network and looks, without it, whether the server holds what it acknowledged and
 * nothing that was changed on the way.
 */
export async function tryFaults(server: ObjectServerAddress, bucket: string, seed?: number): Promise<void> {
  await using proxy = new FaultProxy(server.endpoint, {
    rates: evenRates(0.2, SERVER_FAULTS),
    stallMs: 20,
    ...(seed === undefined ? {} : { seed }),
  });
  using client = new ObjectClient(server);
  assert.equal((await client.request({ method: "PUT", path: `/${bucket}` })).status, 200);
  const through = { ...server, endpoint: proxy.url };
  const loads = Array.from(
    { length: CLIENTS },
    (_, i) => new ObjectLoad(through, bucket, `client ${i}`, proxy.seed, "faulty"),
  );
  try {
    await Promise.all(loads.map((load) => {
      let made = 0;
      return load.run(() => made++ === REQUESTS);
    }));
    proxy.rates = {};
    for (const load of loads) for (const key of load.held.keys()) await load.look(key);
  } finally {
    for (const load of loads) load[Symbol.dispose]();
  }
  for (const name of SERVER_FAULTS) assert(proxy.happened[name] > 0, `${name} never happened`);
}
