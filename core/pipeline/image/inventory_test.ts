import assert from "node:assert/strict";
import { parseDigest } from "../../model/digest.ts";
import { EnvironmentError, recordedImage } from "../../plugin/environment.ts";
import { FakeEngine } from "../../../tests/support/fake_engine.ts";
import { parseInventory, writeInventory } from "./inventory.ts";
import { takeInventory } from "./take_inventory.ts";

const IMAGE = parseDigest(`sha256:${"1".repeat(64)}`);
const DEBIAN = 'os\tID=debian\nos\tVERSION_ID="12"\nos\tPRETTY_NAME="Debian GNU/Linux 12"\n';
const purls = (output: string) => parseInventory(output).components.map(({ purl }) => purl);
const document = (output: string) => writeInventory(parseInventory(output), IMAGE, "linux/amd64");

Deno.test("parseInventory() gives each package the URL of its ecosystem", () => {
  const cases: [line: string, purl: string][] = [
    [
      "deb\tlibstdc++6\t12.2.0-14+deb12u1\tamd64\tinstalled",
      "pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12",
    ],
    ["deb\tzlib1g\t1:1.2.13\tamd64\t", "pkg:deb/debian/zlib1g@1%3A1.2.13?arch=amd64&distro=debian-12"],
    ["apk\tmusl\t1.2.4-r2\tx86_64", "pkg:apk/debian/musl@1.2.4-r2?arch=x86_64&distro=debian-12"],
    ["rpm\tbash\t5.1-2.el9\tx86_64", "pkg:rpm/debian/bash@5.1-2.el9?arch=x86_64&distro=debian-12"],
    ["pip\t Typing_Extensions\t 4.9.0\r", "pkg:pypi/typing-extensions@4.9.0"],
    ["conda\tpython-dateutil-2.8.2-py_0", "pkg:conda/python-dateutil@2.8.2?build=py_0"],
    ["tool\tpython3\tPython 3.11.2", "pkg:generic/python@3.11.2"],
    ["tool\tR\tR version 4.2.2 Patched (2022-11-10 r83330)", "pkg:generic/R@4.2.2"],
    ["tool\tnode\tv20.1.0", "pkg:generic/node@20.1.0"],
  ];

  for (const [line, purl] of cases) assert.deepEqual(purls(`${DEBIAN}${line}\nend\n`), [purl]);
});

Deno.test("parseInventory() passes over what is no package", () => {
  const lines = [
    "",
    "noise",
    "deb\tremoved\t1\tamd64\tconfig-files",
    "deb\tnameless",
    "deb\t\t1\tamd64\tinstalled",
    "rpm\tgpg-pubkey\t1-2\t(none)",
    "conda\thistory",
    "tool\tpython3\tcommand not found",
    "pip\tbad\ud800\t1",
    "os\t__proto__=x",
  ];

  assert.deepEqual(parseInventory(lines.join("\n")), { components: [], system: {}, complete: false });
});

Deno.test("parseInventory() takes a package that names itself like another line for what it is", () => {
  assert.deepEqual(purls("pip\tend\t1.0\npip\tx; rm -rf /\t1\nend\n"), [
    "pkg:pypi/end@1.0",
    "pkg:pypi/x%3B%20rm%20-rf%20%2F@1",
  ]);
});

Deno.test("parseInventory() knows an inventory that was cut", () => {
  assert.equal(parseInventory("pip\ta\t1\nen").complete, false);
  assert.equal(parseInventory("pip\ta\t1\nend\n").complete, true);
});

Deno.test("writeInventory() gives equal bytes for equal packages in any order", () => {
  const lines = ["pip\tb\t1", "pip\ta\t1", "deb\tbc\t1\tamd64\tinstalled", "pip\tb\t1"];

  assert.deepEqual(
    document(`${DEBIAN}${lines.join("\n")}\nend\n`),
    document(`end\n${lines.toReversed().join("\n")}\n${DEBIAN}`),
  );
});

Deno.test("writeInventory() writes CycloneDX 1.6 about the image, without time or serial number", () => {
  const value = JSON.parse(new TextDecoder().decode(document(`${DEBIAN}pip\tnumpy\t1.26.4\nend\n`)));

  assert.deepEqual(value, {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        "bom-ref": IMAGE,
        type: "container",
        name: IMAGE,
        version: IMAGE,
        properties: [{ name: "aero:complete", value: "true" }, {
          name: "aero:platform",
          value: "linux/amd64",
        }],
      },
    },
    components: [
      {
        "bom-ref": "operating-system",
        type: "operating-system",
        name: "debian",
        version: "12",
        description: "Debian GNU/Linux 12",
      },
      {
        "bom-ref": "pkg:pypi/numpy@1.26.4",
        type: "library",
        name: "numpy",
        version: "1.26.4",
        purl: "pkg:pypi/numpy@1.26.4",
      },
    ],
  });
});

Deno.test("takeInventory() of an image without a shell is not complete, and no failure", async () => {
  const engine = new FakeEngine();
  engine.output = "";
  const image = recordedImage({ image: IMAGE });

  for (
    const exit of [
      { how: "exited", code: 127 } as const,
      new EnvironmentError("container_refused", { what: "no such file: /bin/sh" }),
    ]
  ) {
    engine.exit = exit;
    assert.deepEqual(await takeInventory(engine, image), { components: [], system: {}, complete: false });
  }
});

Deno.test("takeInventory() gives other failures of the engine as they are", async () => {
  const engine = new FakeEngine();
  engine.exit = new EnvironmentError("engine_unavailable", { what: "gone" });

  await assert.rejects(takeInventory(engine, recordedImage({ image: IMAGE })), {
    code: "engine_unavailable",
  });
});
