import assert from "node:assert/strict";
import { s3Context } from "../../../tests/support/s3_subject.ts";
import { atHome } from "./home_service.ts";
import { connectS3 } from "./open_s3.ts";

const SERVICE = { endpoint: "http://127.0.0.1:9", region: "here", accessKey: "k", secret: "s" };

Deno.test("who means Amazon's own service is not led to the one that variables name", async () => {
  const context = s3Context(SERVICE, undefined, {
    AWS_ENDPOINT_URL: SERVICE.endpoint,
    AWS_ENDPOINT_URL_S3: SERVICE.endpoint,
    AWS_REGION: "there",
  });

  const led = await connectS3({ bucket: "b" }, context);
  const home = await connectS3({ bucket: "b" }, atHome(context));
  led.close();
  home.close();

  assert.equal(led.connection.place.service, SERVICE.endpoint);
  assert.deepEqual([home.connection.place.service, home.connection.place.region], ["Amazon S3", "there"]);
});
