import { type ConformanceCase, must } from "./case.ts";
import { type EnvironmentSubject, launch, launchScript } from "./environment_subject.ts";

const MEBIBYTE = 1024 * 1024;

/** What programs print and what they are told. */
export const environmentStreams: readonly ConformanceCase<EnvironmentSubject>[] = [
  {
    name: "1 MiB on both streams arrives complete and apart",
    async run(subject) {
      const script =
        `head -c ${MEBIBYTE} /dev/zero | tr '\\0' o & head -c ${MEBIBYTE} /dev/zero | tr '\\0' e >&2; wait`;

      const { stdout, stderr } = await launchScript(subject, script);

      mustBeAll(stdout, "o", "stdout");
      mustBeAll(stderr, "e", "stderr");
    },
  },
  {
    name: "bytes that are no text arrive as they are",
    async run(subject) {
      const { stdout } = await launchScript(subject, String.raw`printf '\377\000\r\n\303'`);

      must(stdout.join() === [255, 0, 13, 10, 195].join(), `the bytes ${stdout.join()} arrived`);
    },
  },
  {
    name: "arguments arrive as they are",
    async run(subject) {
      const args = [
        "a b",
        "",
        'say "x"',
        "it's",
        "$HOME",
        "`id`",
        "two\nlines",
        "back\\slash",
        "*",
        "-n",
        "é",
      ];

      const { stdout } = await launch(subject, {
        command: ["sh", "-c", `printf '%s\\0' "$@"`, "sh", ...args],
      });

      const arrived = new TextDecoder().decode(stdout).split("\0").slice(0, -1);
      must(
        JSON.stringify(arrived) === JSON.stringify(args),
        `${JSON.stringify(args)} arrived as ${JSON.stringify(arrived)}`,
      );
    },
  },
  {
    name: "variables arrive as they are",
    async run(subject) {
      const env = {
        PLAIN: "1",
        SPACED: " a b ",
        LINES: "one\ntwo",
        EQUALS: "a=b=c",
        EMPTY: "",
        QUOTED: `"'$`,
      };

      const variables = await readVariables(subject, env);

      for (const [name, value] of Object.entries(env)) {
        must(variables.get(name) === value, `${name} is ${JSON.stringify(variables.get(name))}`);
      }
    },
  },
  {
    name: "variables of the caller are not inherited",
    async run(subject) {
      const variables = await readVariables(subject, {});

      must(!variables.has(subject.hostVariable), `the program sees ${subject.hostVariable}`);
    },
  },
  {
    name: "nothing is read from the caller's stdin",
    async run(subject) {
      const { stdout } = await launch(subject, { command: ["cat"] });

      must(stdout.length === 0, `${stdout.length} bytes were read`);
    },
  },
];

async function readVariables(
  subject: EnvironmentSubject,
  env: Readonly<Record<string, string>>,
): Promise<Map<string, string>> {
  const { stdout } = await launch(subject, { command: ["env", "-0"], env });
  const lines = new TextDecoder().decode(stdout).split("\0").slice(0, -1);
  return new Map(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

function mustBeAll(bytes: Uint8Array, letter: string, name: string): void {
  must(bytes.length === MEBIBYTE, `${bytes.length} bytes of ${MEBIBYTE} arrived on ${name}`);
  const code = letter.charCodeAt(0);
  must(bytes.every((byte) => byte === code), `${name} holds what was written elsewhere`);
}
