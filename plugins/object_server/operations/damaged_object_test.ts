import assert from "node:assert/strict";
import { openObjectService } from "../../../tests/support/object_service.ts";

Deno.test("an object that is damaged at its beginning is answered with an error, and not with some of it", async () => {
  await using service = await openObjectService();
  await service.engine.buckets.create({ name: "bucket", owner: "owner", objectLock: false });
  await service.send({ method: "PUT", path: "/bucket/key", body: "hello" });
  const { open } = service.engine.objects;
  service.engine.objects.open = async (name) => {
    const object = await open.call(service.engine.objects, name);
    object.read = () => new ReadableStream({ pull: () => Promise.reject(new TypeError("wrong bytes")) });
    return object;
  };

  const reply = await service.send({ method: "GET", path: "/bucket/key" });

  assert.equal(reply.status, 500);
  assert.match(reply.body, /<Code>InternalError</);
});
