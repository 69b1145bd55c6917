import { type ConformanceCase, must } from "./case.ts";
import {
  containerOf,
  containersOnly,
  type EnvironmentSubject,
  freshRunId,
  imageOf,
  launch,
  launchScript,
} from "./environment_subject.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** What programs can see and change. */
export const environmentIsolation: readonly ConformanceCase<EnvironmentSubject>[] = [
  {
    name: "a mount that is not writable refuses writes",
    skip: containersOnly,
    async run(subject) {
      const source = await directory(subject, "read");
      await Deno.writeTextFile(`${source}/file`, "kept");
      const mounts = [{ source, target: "/aero/read", writable: false }];
      const script =
        "cat /aero/read/file; echo x >/aero/read/file; echo x >/aero/read/other; rm -f /aero/read/file; :";

      const { stdout } = await launchScript(subject, script, { mounts });

      must(text(stdout) === "kept", `the program read ${JSON.stringify(text(stdout))}`);
      must(await Deno.readTextFile(`${source}/file`) === "kept", "the file was changed");
      must([...Deno.readDirSync(source)].length === 1, "a file was added or removed");
    },
  },
  {
    name: "files on a writable mount belong to the caller",
    skip: containersOnly,
    async run(subject) {
      const source = await directory(subject, "write");
      const mounts = [{ source, target: "/aero/write", writable: true }];

      const { stderr } = await launchScript(subject, "mkdir /aero/write/d && echo x >/aero/write/d/file", {
        mounts,
      });

      const { uid, size } = await statOrUndefined(`${source}/d/file`) ?? { uid: undefined, size: -1 };
      must(size === 2, `the file was not written: ${text(stderr)}`);
      must(uid === Deno.uid(), `the file belongs to ${uid}`);
    },
  },
  {
    name: "a mount's path may hold a comma, a space, a quote and a colon",
    skip: containersOnly,
    async run(subject) {
      const source = await directory(subject, `a,b "c" d:e=f'g`);
      await Deno.writeTextFile(`${source}/file`, "here");
      const target = "/aero/x, y";

      const { stdout, stderr } = await launch(subject, {
        command: ["cat", `${target}/file`],
        mounts: [{ source, target, writable: false }],
      });

      must(text(stdout) === "here", `the file was not seen: ${text(stderr)}`);
    },
  },
  {
    name: "a directory of pathPrefix comes before the image's own",
    skip: containersOnly,
    async run(subject) {
      const source = await directory(subject, "bin");
      await Deno.writeTextFile(`${source}/env`, "#!/bin/sh\necho prefixed\n", { mode: 0o755 });

      const { stdout } = await launchScript(subject, "env; command -v cat >&2", {
        mounts: [{ source, target: "/aero/bin", writable: false }],
        pathPrefix: ["/aero/bin"],
      });

      must(text(stdout) === "prefixed\n", `the image's own was run: ${text(stdout)}`);
    },
  },
  {
    name:
      "a program sees the variables that it was given, its image's, and no others but the engines' own few",
    skip: containersOnly,
    async run(subject) {
      const container = containerOf(subject);
      const image = await container.environment.inspect(await imageOf(container));
      const known = new Set([
        "PATH",
        "HOME",
        "HOSTNAME",
        "TERM",
        "container",
        ...Object.keys(image?.env ?? {}),
      ]);

      const { stdout } = await launch(subject, { command: ["env"], env: { GIVEN: "1" } });

      const names = text(stdout).trim().split("\n").map((line) => line.split("=")[0]!);
      must(names.includes("GIVEN"), "it does not see what it was given");
      const more = names.filter((name) => name !== "GIVEN" && !known.has(name));
      must(more.length === 0, `it sees ${more.join(", ")}`);
    },
  },
  {
    name: "a program on network none sees the loopback device only",
    skip: (subject) =>
      subject.environment.capabilities.networkNone ? undefined : "it cannot keep the network away",
    async run(subject) {
      const { stdout } = await launch(subject, { command: ["cat", "/proc/net/dev"], network: "none" });

      const devices = [...text(stdout).matchAll(/^\s*(\S+):/gm)].map((match) => match[1]);
      must(devices.join() === "lo", `the program sees ${devices.join(", ")}`);
    },
  },
  {
    name: "a secret reaches the program and no process's arguments",
    async run(subject) {
      const secret = `hush-${crypto.randomUUID()}`;
      const abort = new AbortController();
      let seen: string[] = [];
      let printed = "";
      const running = launchScript(subject, `printf '%s\n' "$AERO_TEST_SECRET"; exec sleep 60`, {
        secrets: { AERO_TEST_SECRET: secret },
        signal: abort.signal,
        graceMs: 1000,
        onStdout: (bytes) => {
          printed += text(bytes);
          if (!printed.includes("\n") || abort.signal.aborted) return;
          seen = commandLinesWith(secret);
          abort.abort();
        },
      });

      await running.catch((error) => {
        if (!abort.signal.aborted) throw error;
      });

      must(printed === `${secret}\n`, "the program does not see the secret");
      must(seen.length === 0, `a process has it among its arguments: ${seen[0]?.replaceAll(secret, "…")}`);
    },
  },
  {
    name: "what a program leaves running is ended with it",
    async run(subject) {
      const mark = `7${Date.now()}`;
      const runId = freshRunId();
      const script = `sleep "$1" & (setsid sleep "$1" >/dev/null 2>&1 &); exit 0`;

      await launchScript(subject, script, { args: [mark], runId });

      const left = commandLinesWith(mark);
      const removed = await subject.environment.removeLeftovers(runId);
      must(left.length === 0, `${left[0]} goes on`);
      must(removed === 0, "something of the run was left");
    },
  },
];

/** Command lines of this machine's processes that hold `text`; none where there is no /proc. */
export function commandLinesWith(text: string): string[] {
  const lines: string[] = [];
  try {
    for (const { name } of Deno.readDirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const line = readOrEmpty(`/proc/${name}/cmdline`).replaceAll("\0", " ");
      if (line.includes(text)) lines.push(line);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return lines;
}

function readOrEmpty(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

async function directory(subject: EnvironmentSubject, name: string): Promise<string> {
  const path = `${subject.scratch}/${name}`;
  await Deno.mkdir(path, { recursive: true });
  return path;
}

async function statOrUndefined(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch {
    return undefined;
  }
}
