import assert from "node:assert/strict";
import { setEntry } from "./set_entry.ts";
import { readYaml } from "./yaml_text.ts";

const set = (text: string, endpoint = "http://s") =>
  setEntry(text, { section: "profiles", name: "local" }, { endpoint, region: "r" });

const KEPT: readonly (readonly [name: string, before: string, after: string])[] = [
  ["a file with nothing in it", "", "profiles:\n  local:\n    endpoint: http://s\n    region: r\n"],
  [
    "comments alone",
    "# mine\n",
    "# mine\nprofiles:\n  local:\n    endpoint: http://s\n    region: r\n",
  ],
  [
    "no section, odd spaces, and no newline at the end",
    "cache: {max_size:   5GB}     # small disk\n\n\nui:\n      open: 'no'",
    "cache: {max_size:   5GB}     # small disk\n\n\nui:\n      open: 'no'\n" +
    "profiles:\n  local:\n    endpoint: http://s\n    region: r\n",
  ],
  [
    "a section indented by four, and another behind it",
    "profiles:\n    group:   {endpoint: http://b}   # ours\n    # end of them\n\ncache:   { max_size: 5GB }\n",
    "profiles:\n    group:   {endpoint: http://b}   # ours\n    local:\n        endpoint: http://s\n        region: r\n" +
    "    # end of them\n\ncache:   { max_size: 5GB }\n",
  ],
  [
    "lines as Windows ends them",
    "profiles:\r\n  group:\r\n    endpoint:  http://b\r\n",
    "profiles:\r\n  group:\r\n    endpoint:  http://b\r\n  local:\r\n    endpoint: http://s\r\n    region: r\r\n",
  ],
  [
    "a section that has no entry yet",
    "profiles:   # none\n\ncache:   { max_size: 5GB }\n",
    "profiles:   # none\n  local:\n    endpoint: http://s\n    region: r\n\ncache:   { max_size: 5GB }\n",
  ],
  [
    "a former entry between others",
    "profiles:\n  a:   { endpoint: http://a }\n  local:   # own\n    endpoint: http://old\n    region: old\n\n" +
    "  b:   { endpoint: http://b } # b\n",
    "profiles:\n  a:   { endpoint: http://a }\n  local:\n    endpoint: http://s\n    region: r\n\n" +
    "  b:   { endpoint: http://b } # b\n",
  ],
];

for (const [name, before, after] of KEPT) {
  Deno.test(`all else stays to the letter: ${name}`, () => assert.equal(set(before), after));
}

const LAID_OUT: readonly (readonly [name: string, text: string])[] = [
  ["all of it in braces", "{ cache: { max_size: 5GB } } # mine\n"],
  ["a section in braces", "profiles: { group: { endpoint: http://b } } # mine\n"],
  ["an empty section", "# mine\nprofiles: {}\n"],
  ["a section that is null", "# mine\nprofiles: ~\n"],
  ["a map that is indented", "  # mine\n  cache: { max_size: 5GB }\n"],
  ["a document with an end", "cache: { max_size: 5GB } # mine\n...\n"],
];

for (const [name, text] of LAID_OUT) {
  Deno.test(`a file that takes no lines is laid out anew, and says the same and one entry more: ${name}`, () => {
    const former = readYaml(text, "f").value as { profiles?: object };

    const result = set(text);

    assert.match(result, /# mine/);
    assert.deepEqual(readYaml(result, "f").value, {
      ...former,
      profiles: { ...former.profiles, local: { endpoint: "http://s", region: "r" } },
    });
  });
}
