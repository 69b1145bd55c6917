import { isDigest } from "../../model/digest.ts";
import { EnvironmentError, type ImageDigest, parseImageReference } from "../environment.ts";
import { type ConformanceCase, must } from "./case.ts";
import { failureOf } from "./environment_exits.ts";
import {
  containerOf,
  containersOnly,
  type EnvironmentSubject,
  imageOf,
  launch,
} from "./environment_subject.ts";

type Clause = (subject: ReturnType<typeof containerOf>) => Promise<void>;

const clause = (name: string, run: Clause): ConformanceCase<EnvironmentSubject> => ({
  name,
  skip: containersOnly,
  run: (subject) => run(containerOf(subject)),
});

const ABSENT = `sha256:${"5".repeat(64)}` as ImageDigest;

/** Images: names, digests, archives, builds. */
export const environmentImages: readonly ConformanceCase<EnvironmentSubject>[] = [
  clause("a name resolves to the digest by which the image is known", async (subject) => {
    // No registry knows the name, so this also shows that an image that is there is not asked for elsewhere.
    const digest = await imageOf(subject);

    must(isDigest(digest), `${digest} is no digest`);
    const description = await subject.environment.inspect(digest);
    must(description?.id === digest, `the image calls itself ${description?.id}`);
    must(/^\w+\/\w+$/.test(description.platform), `its platform is ${description.platform}`);
    must(description.diffIds.length > 0 && description.diffIds.every(isDigest), "its layers have no digests");
    must(description.size > 0, `its size is ${description.size}`);
  }),
  clause("a name that nobody knows is image_not_found with a fix", async (subject) => {
    const error = await failureOf(
      subject.environment.resolve(parseImageReference("registry.invalid/aero/absent:none")),
    );

    must(error instanceof EnvironmentError, `it came out as ${String(error)}`);
    must(error.code === "image_not_found", `it came out as ${error.code}`);
    must((error.report.fix ?? []).length > 0, "there is no fix");
  }),
  clause(
    "a name that is given stands for the image, and moves when it is given to another",
    async (subject) => {
      const image = await imageOf(subject);
      const name = parseImageReference("localhost/aero-conformance:built");
      const context = await dockerfile(subject, ["RUN echo other >/other"]);
      const other = await subject.environment.build(
        { dockerfile: `${context}/Dockerfile`, context, args: {}, tag: name },
        { onOutput() {} },
      );
      must(other !== image, "a build gave the image that it was built on");

      await subject.environment.tag(image, name);
      await subject.environment.tag(image, name);
      const first = await subject.environment.resolve(name);
      await subject.environment.tag(other, name);
      const second = await subject.environment.resolve(name);

      must(first === image, `the name stands for ${first}`);
      must(second === other, `the name still stands for ${second}`);
      must(await imageOf(subject) === image, "the image has lost its other name");
    },
  ),
  clause("an image that the engine lacks gets no name", async (subject) => {
    const name = parseImageReference("localhost/aero-conformance:absent");

    const error = await failureOf(subject.environment.tag(ABSENT, name));

    must(
      error instanceof EnvironmentError && error.code === "image_not_found",
      `it came out as ${String(error)}`,
    );
  }),
  clause("a digest that the engine lacks has no description and does not run", async (subject) => {
    must(await subject.environment.inspect(ABSENT) === undefined, "it has a description");

    const error = await failureOf(
      subject.environment.run({
        runId: "conformance-absent",
        image: ABSENT,
        command: ["true"],
        env: {},
        secrets: {},
        workingDirectory: "/",
        limits: {},
        mounts: [],
        network: "none",
        runArgs: [],
        pathPrefix: [],
      }, { onStdout() {}, onStderr() {} }),
    );

    must(
      error instanceof EnvironmentError && error.code === "image_not_found",
      `it came out as ${String(error)}`,
    );
  }),
  clause("an image that was saved loads again under its digest", async (subject) => {
    const image = await imageOf(subject);

    const archive = await subject.environment.save(image);
    await subject.environment.load(image, archive);

    must((await subject.environment.inspect(image))?.id === image, "it is gone");
  }),
  clause("an archive of another image is image_mismatch", async (subject) => {
    const archive = await subject.environment.save(await imageOf(subject));

    const error = await failureOf(subject.environment.load(ABSENT, archive));

    must(
      error instanceof EnvironmentError && error.code === "image_mismatch",
      `it came out as ${String(error)}`,
    );
  }),
  clause("an archive that is none is image_mismatch", async (subject) => {
    const archive = new Blob(["no archive"]).stream();

    const error = await failureOf(subject.environment.load(ABSENT, archive));

    must(
      error instanceof EnvironmentError && error.code === "image_mismatch",
      `it came out as ${String(error)}`,
    );
  }),
  clause("an archive that breaks off fails with its own error", async (subject) => {
    const broken = new TypeError("the archive breaks off");
    const archive = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(broken) });

    const error = await failureOf(subject.environment.load(ABSENT, archive));

    must(error === broken, `it came out as ${String(error)}`);
  }),
  clause("a reader may give up an archive half way", async (subject) => {
    const archive = await subject.environment.save(await imageOf(subject));
    const reader = archive.getReader();

    const { value } = await reader.read();
    await reader.cancel();

    must((value?.length ?? 0) > 0, "the archive is empty");
  }),
  clause("an image that was built runs, and its build's words are told", async (subject) => {
    let told = "";
    const context = await dockerfile(subject, [`COPY greeting /greeting`, `RUN echo words of the build >&2`]);
    await Deno.writeTextFile(`${context}/greeting`, "hello");
    const tag = parseImageReference("localhost/aero-conformance:built");

    const image = await subject.environment.build(
      { dockerfile: `${context}/Dockerfile`, context, args: {}, tag },
      { onOutput: (bytes) => told += new TextDecoder().decode(bytes) },
    );

    must(await subject.environment.resolve(tag) === image, "its tag stands for another image");
    must(told.includes("words of the build"), "nothing was told");
    const { stdout } = await launch({ ...subject, image: tag }, { command: ["cat", "/greeting"] });
    must(new TextDecoder().decode(stdout) === "hello", "it does not hold what was built");
  }),
  clause("a build that fails is build_failed with its last words", async (subject) => {
    const context = await dockerfile(subject, ["RUN echo the last words && exit 7"]);
    const tag = parseImageReference("localhost/aero-conformance:failed");

    const error = await failureOf(
      subject.environment.build({ dockerfile: `${context}/Dockerfile`, context, args: {}, tag }, {
        onOutput() {},
      }),
    );

    must(
      error instanceof EnvironmentError && error.code === "build_failed",
      `it came out as ${String(error)}`,
    );
    must(error.report.why?.includes("the last words") === true, `it says ${error.report.why}`);
  }),
];

async function dockerfile(subject: EnvironmentSubject, steps: readonly string[]): Promise<string> {
  const context = `${subject.scratch}/build-${crypto.randomUUID()}`;
  await Deno.mkdir(context);
  await Deno.writeTextFile(`${context}/Dockerfile`, [`FROM ${subject.image}`, ...steps, ""].join("\n"));
  return context;
}
