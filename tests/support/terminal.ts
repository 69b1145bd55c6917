import { subjectOrSkip } from "./must_run.ts";

/**
 * Runs a command on a terminal of its own, and types each line when a shell's prompt stands at the end of what was
 * printed. Python's pty does what Deno cannot: it makes the terminal the command's controlling one.
 */
const DRIVER = `
import os, pty, re, select, sys
lines = sys.argv[1].split("\\n")
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
seen = b""
while True:
    if not select.select([fd], [], [], 60)[0]:
        os.kill(pid, 9)
        sys.exit("nothing was printed for a minute; so far: %r" % seen)
    try:
        got = os.read(fd, 65536)
    except OSError:
        got = b""
    if not got:
        break
    seen += got
    sys.stdout.buffer.write(got)
    # Whatever colours and modes a shell sets, its prompt ends so.
    if lines and re.search(rb"[$#] (\\x1b\\[[0-9;?]*[a-zA-Z])*$", seen):
        os.write(fd, lines.pop(0).encode() + b"\\n")
        seen = b""
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** Whether terminals can be made here; told if not. */
export async function terminalsHere(): Promise<boolean> {
  const opened = await subjectOrSkip("python3", async () => {
    const { success } = await new Deno.Command("python3", { args: ["-c", "import pty"] }).output();
    if (!success) throw new TypeError("python3 has no pty");
  });
  return "subject" in opened;
}

/** Types lines at a command on a terminal. */
export async function typeAt(
  command: readonly string[],
  lines: readonly string[],
  place: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<{ readonly code: number; readonly screen: string }> {
  const { code, stdout, stderr } = await new Deno.Command("python3", {
    args: ["-c", DRIVER, lines.join("\n"), ...command],
    cwd: place.cwd,
    env: { ...place.env, TERM: "xterm" },
    clearEnv: true,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, screen: decoder.decode(stdout).replaceAll("\r\n", "\n") + decoder.decode(stderr) };
}
