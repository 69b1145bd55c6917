import assert from "node:assert/strict";
import { parseNetrc, passwordFor } from "./netrc.ts";

const TEXT = `# machine api.wandb.ai login no password no
machine api.wandb.ai
  login user
  password cloud
machine wandb.lab login user password lab
machine wandb.lab:8080 login user password port
default login anonymous password other`;

Deno.test("the password of a netrc file goes by host, and by host with port before that", () => {
  const logins = parseNetrc(TEXT);
  const password = (address: string) => passwordFor(new URL(address), logins);

  assert.equal(password("https://api.wandb.ai"), "cloud");
  assert.equal(password("http://wandb.lab"), "lab");
  assert.equal(password("http://wandb.lab:8080/base"), "port");
  assert.equal(password("http://wandb.lab:9090"), "lab");
  assert.equal(password("https://elsewhere.example.org"), undefined);
});
