import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { configValue, isConfigTrue, parseGitConfig } from "./config_file.ts";
import { withoutCredentials } from "./remote.ts";

Deno.test("parseGitConfig() reads sections, quotes, escapes, comments and continued lines", () => {
  const config = parseGitConfig(
    '# comment\n[core]\n\tbare\n\tFileMode = false ; why\n[remote "Or\\"igin"]\n url = "a # b"\\\n /c\n' +
      '[user] name = Ada  L. \n[x]\nkey = one\nkey = tw\\to\n[branch "feature/x"]\n\tremote = o\n',
  );
  deepStrictEqual([...config], [
    ["core.bare", ["true"]],
    ["core.filemode", ["false"]],
    ['remote.Or"igin.url', ["a # b /c"]],
    ["user.name", ["Ada  L."]],
    ["x.key", ["one", "tw\to"]],
    ["branch.feature/x.remote", ["o"]],
  ]);
  strictEqual(configValue(config, "x.key"), "tw\to");
  strictEqual(isConfigTrue(config, "core.bare"), true);
  strictEqual(isConfigTrue(config, "core.filemode"), false);
});

const URLS: readonly [url: string, kept: string][] = [
  ["https://ada:s3cret@git.example.org/a.git", "https://git.example.org/a.git"],
  ["https://ghp_token@git.example.org/a.git", "https://git.example.org/a.git"],
  ["https://a@b:p@ss@git.example.org:8443/a.git?token=x#y", "https://git.example.org:8443/a.git"],
  ["ssh://git:pw@git.example.org/a.git", "ssh://git@git.example.org/a.git"],
  ["git@git.example.org:lab/a.git", "git@git.example.org:lab/a.git"],
  ["/srv/git/a.git", "/srv/git/a.git"],
  ["file:///srv/git/a.git", "file:///srv/git/a.git"],
];

for (const [url, kept] of URLS) {
  Deno.test(`withoutCredentials() makes ${kept} of ${url}`, () => strictEqual(withoutCredentials(url), kept));
}
