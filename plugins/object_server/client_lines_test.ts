import assert from "node:assert/strict";
import { clientLines } from "./client_lines.ts";

const OPTIONS = { endpoint: "https://10.0.0.1:7489", region: "us-east-1", bucket: "aero" };

Deno.test("each program is told where, and by which section of which file", () => {
  const lines = clientLines(OPTIONS, { profile: "local", credentialsFile: "/home/a b/c'd" });
  const of = (client: string) => lines.find((entry) => entry.client === client)!.lines.join("\n");

  assert.equal(of("shell"), `export AWS_SHARED_CREDENTIALS_FILE='/home/a b/c'\\''d' AWS_PROFILE=local`);
  assert.match(of("aws"), /--endpoint-url https:\/\/10\.0\.0\.1:7489 .* s3:\/\/aero$/);
  assert.match(of("boto3"), /profile_name="local".*endpoint_url="https:\/\/10\.0\.0\.1:7489"/);
  assert.match(of("rclone"), /^rclone lsf ':s3,.*endpoint="https:\/\/10\.0\.0\.1:7489":aero'$/);
});

Deno.test("programs are told of a certificate that they would not trust", () => {
  const text = clientLines(OPTIONS, { profile: "local", credentialsFile: "/c", caFile: "/ca.crt" })
    .flatMap(({ lines }) => lines).join("\n");

  for (const part of ["AWS_CA_BUNDLE=/ca.crt", 'verify="/ca.crt"', "--ca-cert /ca.crt"]) {
    assert.ok(text.includes(part));
  }
});
