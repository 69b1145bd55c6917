import assert from "node:assert/strict";
import { credentialSource } from "./credentials.ts";
import type { S3Config } from "./config.ts";

const FILE = `[default]
aws_access_key_id = of-default
aws_secret_access_key = s0

[local]
aws_access_key_id = of-local
aws_secret_access_key = s1
aws_session_token = t1
`;

const IN_VARIABLES = { AWS_ACCESS_KEY_ID: "of-variables", AWS_SECRET_ACCESS_KEY: "s2" };

/** Whose key is taken, and where it is said to come from; the home directory has a credentials file. */
async function keyOf(
  config: Partial<S3Config>,
  variables: Record<string, string>,
  configFile = "",
): Promise<{ key: string; from: string }> {
  const home = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${home}/.aws`);
    await Deno.writeTextFile(`${home}/.aws/credentials`, FILE);
    await Deno.writeTextFile(`${home}/.aws/config`, configFile);
    await Deno.writeTextFile(`${home}/other`, FILE.replaceAll("of-", "other-"));
    const all: Record<string, string> = { HOME: home, ...variables };
    const { provide, from } = credentialSource({ bucket: "b", ...config }, { variable: (name) => all[name] });
    const { accessKeyId } = await provide();
    return { key: accessKeyId, from: from.replaceAll(home, "~") };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("keys in variables are taken where no profile is named", async () => {
  assert.deepEqual(await keyOf({}, IN_VARIABLES), {
    key: "of-variables",
    from: "the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
  });
});

Deno.test("a profile that config or AWS_PROFILE names is stronger than keys in variables", async () => {
  const named = await keyOf({ profile: "local" }, IN_VARIABLES);

  assert.equal(named.key, "of-local");
  assert.equal(named.from, 'the profile "local" of ~/.aws/credentials and ~/.aws/config');
  assert.equal((await keyOf({}, { ...IN_VARIABLES, AWS_PROFILE: "local" })).key, "of-local");
});

Deno.test("a credentials file gives the section of the profile, or its default", async () => {
  const named = await keyOf({ credentials_file: "~/other", profile: "local" }, IN_VARIABLES);

  assert.deepEqual(named, { key: "other-local", from: 'the profile "local" of ~/other' });
  assert.equal((await keyOf({ credentials_file: "~/other" }, IN_VARIABLES)).key, "other-default");
  assert.equal(
    (await keyOf({}, { AWS_SHARED_CREDENTIALS_FILE: "~/other", AWS_PROFILE: "local" })).key,
    "other-local",
  );
});

Deno.test("a section that is not there is an error of credentials, with the place that was looked at", async () => {
  // The chain goes on to the metadata of the machine, which is not to be asked here.
  Deno.env.set("AWS_EC2_METADATA_DISABLED", "true");
  await assert.rejects(keyOf({ profile: "absent" }, {}), { name: "CredentialsProviderError" });
});

Deno.test("a token file that is not there is an error of credentials, and names the file", async () => {
  const role = "role_arn = arn:aws:iam::1:role/x\nregion = here\nweb_identity_token_file = /absent/token\n";

  await assert.rejects(keyOf({ profile: "web" }, {}, `[profile web]\n${role}`), {
    name: "CredentialsProviderError",
    message: /\/absent\/token/,
  });
});

Deno.test("a role that is refused is an error of credentials, in the words of who refuses", async () => {
  const body = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>" +
    "<Message>not you</Message></Error><RequestId>1</RequestId></ErrorResponse>";
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(body, { status: 403, headers: { "content-type": "text/xml" } }),
  );
  const role = "role_arn = arn:aws:iam::1:role/x\nregion = here\nsource_profile = local\n";
  // The SDK reads it from the process itself.
  Deno.env.set("AWS_ENDPOINT_URL_STS", `http://127.0.0.1:${server.addr.port}`);
  try {
    await assert.rejects(keyOf({ profile: "role" }, {}, `[profile role]\n${role}`), {
      name: "CredentialsProviderError",
      message: /not you/,
    });
  } finally {
    Deno.env.delete("AWS_ENDPOINT_URL_STS");
  }
});
