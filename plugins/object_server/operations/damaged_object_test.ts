import assert from "node:assert/strict";
import { openObjectService } from "../../../tests/support/object_service.ts";
import type { OpenObject } from "../object_engine.ts";

const wrong = () => new TypeError("wrong bytes");

for (
  const [where, damage] of [
    ["at its beginning", (object) => {
      object.readSmall = () => undefined;
      object.lend = () => ({ read: () => Promise.reject(wrong()), close: () => Promise.resolve() });
    }],
    ["and small", (object) => {
      object.readSmall = () => {
        throw wrong();
      };
    }],
  ] as readonly (readonly [string, (object: OpenObject) => void])[]
) {
  Deno.test(`an object that is damaged ${where} is answered with an error, and not with some of it`, async () => {
    await using service = await openObjectService();
    await service.engine.buckets.create({ name: "bucket", owner: "owner", objectLock: false });
    await service.send({ method: "PUT", path: "/bucket/key", body: "hello" });
    const { open } = service.engine.objects;
    service.engine.objects.open = async (name) => {
      const object = await open.call(service.engine.objects, name);
      damage(object);
      return object;
    };

    for (const headers of [{}, { range: "bytes=1-3" }]) {
      const reply = await service.send({ method: "GET", path: "/bucket/key", headers });

      assert.equal(reply.status, 500);
      assert.match(reply.body, /<Code>InternalError</);
    }
  });
}
