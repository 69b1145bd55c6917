import assert from "node:assert/strict";
import { completionScript, type Shell } from "../core/cli/completion_scripts.ts";
import { writeAeroProgram } from "./support/aero_on_path.ts";
import { mustRun } from "./support/must_run.ts";

/** What a shell prints for a script, with `aero` on its PATH and a project as current directory. */
async function inShell(shell: Shell, args: readonly string[], script: string): Promise<string> {
  const directory = await Deno.makeTempDir();
  try {
    await writeAeroProgram(`${directory}/bin`);
    await Deno.mkdir(`${directory}/two words`);
    await Deno.writeTextFile(`${directory}/aero.${shell}`, completionScript(shell, "aero"));
    const { stdout, stderr } = await new Deno.Command(shell, {
      args: [...args, script],
      cwd: directory,
      env: {
        HOME: directory,
        PATH: `${directory}/bin:${Deno.env.get("PATH")}`,
      },
      stdin: "null",
    }).output();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Whether a shell's test is left out; one that must run fails instead. */
function isMissing(shell: Shell): boolean {
  return !mustRun().has(shell) && !(Deno.env.get("PATH") ?? "").split(":").some((directory) => {
    try {
      return Deno.statSync(`${directory}/${shell}`).isFile;
    } catch {
      return false;
    }
  });
}

/** Bash as a person's tab key would call it: prints the candidates for a line, one each. */
const BASH = (line: string) =>
  `source ./aero.bash
COMP_LINE='${line}' COMP_POINT=${line.length} COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
_aero_complete
printf '%s\\n' "\${COMPREPLY[@]}"`;

Deno.test({ name: "bash completes commands, flags and values", ignore: isMissing("bash") }, async () => {
  const complete = async (line: string) =>
    (await inShell("bash", ["--norc", "-c"], BASH(line))).trim().split("\n");

  assert.deepEqual(await complete("aero confi"), ["config"]);
  assert.deepEqual(await complete("aero config "), ["show", "list"]);
  assert.deepEqual(await complete("aero config show --or"), ["--origin"]);
  assert.deepEqual(await complete("aero completions "), ["bash", "zsh", "fish"]);
  // Readline has cut the word at "=", so only what follows it comes back.
  assert.deepEqual(await complete("aero config show --color=n"), ["never"]);
  assert.deepEqual((await complete("aero -C ")).sort(), ["bin", "two words"]);
  assert.deepEqual(await complete("aero -C two\\ w"), ["two words"]);
  assert.deepEqual(await complete("aero -C two\\ "), ["two words"]);
  assert.deepEqual(await complete("aero nonsense "), [""]);
});

Deno.test({ name: "fish completes commands, flags and values", ignore: isMissing("fish") }, async () => {
  const complete = async (line: string) => {
    const out = await inShell(
      "fish",
      ["--no-config", "-c"],
      `source ./aero.fish; complete -C ${JSON.stringify(line)}`,
    );
    return out.trim().split("\n").map((line) => line.split("\t")[0]);
  };

  assert.deepEqual(await complete("aero confi"), ["config"]);
  assert.deepEqual((await complete("aero completions ")).sort(), ["bash", "fish", "zsh"]);
  assert.deepEqual(await complete("aero config show --or"), ["--origin"]);
});

Deno.test(
  { name: "zsh takes the script, and asks aero for candidates", ignore: isMissing("zsh") },
  async () => {
    // _describe draws a menu; a stand-in prints what it is given.
    const script = `compdef() { registered=$2 }
source ./aero.zsh
_describe() { print -rl -- "\${(@P)3}" }
words=(aero completions '') CURRENT=3
_aero
print -r -- "for $registered"`;
    assert.equal(await inShell("zsh", ["-f", "-c"], script), "bash\nzsh\nfish\nfor aero\n");
  },
);
