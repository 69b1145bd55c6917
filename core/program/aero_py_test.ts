import assert from "node:assert/strict";
import { subjectOrSkip } from "../../tests/support/must_run.ts";

const DIRECTORY = new URL(".", import.meta.url).pathname;

const python = await subjectOrSkip("python3", async () => {
  const { success } = await new Deno.Command("python3", { args: ["--version"], stdout: "null" }).output();
  assert.ok(success, "python3 --version fails");
});
const ignore = "skipped" in python;

Deno.test({
  name: "aero.py keeps its promises (aero_test.py)",
  ignore,
  async fn() {
    const { code, stderr } = await new Deno.Command("python3", {
      args: ["-B", "-W", "error", `${DIRECTORY}aero_test.py`],
      env: { PYTHONPATH: DIRECTORY },
    }).output();

    assert.equal(code, 0, new TextDecoder().decode(stderr));
  },
});

Deno.test({
  name: "aero.py uses no syntax younger than Python 3.8",
  ignore,
  async fn() {
    const { code, stderr } = await new Deno.Command("python3", {
      args: [
        "-c",
        "import ast, sys; ast.parse(open(sys.argv[1]).read(), feature_version=(3, 8))",
        `${DIRECTORY}aero.py`,
      ],
    }).output();

    assert.equal(code, 0, new TextDecoder().decode(stderr));
  },
});
