import assert from "node:assert/strict";

const DIRECTORY = new URL(".", import.meta.url).pathname;

/** Whether `program` can be started. */
function found(program: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(program, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

const python = found("python3", "--version");
// deno-lint-ignore no-console -- the account at the end of all tests reads it
if (!python) console.log("SKIP python3: it is not installed");

Deno.test({
  name: "aero.py keeps its promises (aero_test.py)",
  ignore: !python,
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
  ignore: !python,
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
