import { createHash, randomBytes } from "node:crypto";
import * as z from "zod";
import type { CallOptions, Connection } from "./connection.ts";
import { digestedText, manifestOf, type Pointer } from "./manifest.ts";
import { COMMIT_ARTIFACT, CREATE_ARTIFACT, CREATE_MANIFEST, USE_ARTIFACT } from "./queries.ts";
import type { RunPath } from "./run_path.ts";

/** Type of all of them: inputs and outputs are alike, and one collection has one type. */
const TYPE = "artifact";

const createdSchema = z.looseObject({
  createArtifact: z.looseObject({
    artifact: z.looseObject({
      id: z.string(),
      state: z.string(),
      artifactSequence: z.looseObject({ latestArtifact: z.looseObject({ id: z.string() }).nullish() })
        .nullish(),
    }),
  }),
});
const recordSchema = z.looseObject({
  createArtifactManifest: z.looseObject({
    artifactManifest: z.looseObject({
      id: z.string(),
      file: z.looseObject({ uploadUrl: z.string().nullish(), uploadHeaders: z.array(z.string()).nullish() })
        .nullish(),
    }),
  }),
});
const anySchema = z.looseObject({});

/** Says that a run wrote an artifact. Twice is the same as once. */
export async function logOutput(
  connection: Connection,
  path: RunPath,
  pointer: Pointer,
  options: CallOptions,
): Promise<void> {
  await provide(connection, path, pointer, path.run, options);
}

/** Says that a run read an artifact. Twice is the same as once. */
export async function useInput(
  connection: Connection,
  path: RunPath,
  pointer: Pointer,
  usedAs: string | undefined,
  options: CallOptions,
): Promise<void> {
  const artifactID = await provide(connection, path, pointer, undefined, options);
  const variables = {
    entityName: path.entity,
    projectName: path.project,
    runName: path.run,
    artifactID,
    usedAs,
  };
  await connection.ask(USE_ARTIFACT, variables, anySchema, options);
}

/** Makes the artifact's version unless there is one of its digest. @returns Its id. */
async function provide(
  connection: Connection,
  path: RunPath,
  pointer: Pointer,
  producer: string | undefined,
  options: CallOptions,
): Promise<string> {
  const { entity: entityName, project: projectName } = path;
  const collection = collectionOf(pointer.name);
  const { createArtifact: { artifact } } = await connection.ask(
    CREATE_ARTIFACT,
    {
      input: {
        entityName,
        projectName,
        ...(producer === undefined ? {} : { runName: producer }),
        artifactTypeName: TYPE,
        artifactCollectionName: collection,
        digest: hash("hex", digestedText(pointer)),
        digestAlgorithm: "MANIFEST_MD5",
        metadata: JSON.stringify({ aero: pointer }),
        // v1, v2, … are W&B's own.
        aliases: pointer.label === undefined ? [] : [{
          artifactCollectionName: collection,
          alias: `aero-${pointer.label}`.slice(0, 128).replaceAll(/[/:]/g, "-"),
        }],
        clientID: clientId(),
        sequenceClientID: clientId(),
        enableDigestDeduplication: true,
      },
    },
    createdSchema,
    options,
  );
  if (artifact.state !== "COMMITTED") {
    const base = artifact.artifactSequence?.latestArtifact?.id;
    const record = {
      artifactID: artifact.id,
      baseArtifactID: base,
      name: "wandb_manifest.json",
      entityName,
      projectName,
      runName: producer ?? "",
      manifestType: "FULL",
    };
    // The first call makes the record, the second gives the address for its bytes.
    await connection.ask(CREATE_MANIFEST, { ...record, digest: "" }, recordSchema, options);
    const bytes = new TextEncoder().encode(JSON.stringify(manifestOf(pointer)));
    const digest = hash("base64", bytes);
    const answer = await connection.ask(CREATE_MANIFEST, { ...record, digest }, recordSchema, options);
    const file = answer.createArtifactManifest.artifactManifest.file;
    if (typeof file?.uploadUrl === "string") {
      await connection.put(file.uploadUrl, file.uploadHeaders ?? [], bytes, options);
    }
    await connection.ask(COMMIT_ARTIFACT, { artifactID: artifact.id }, anySchema, options);
  }
  return artifact.id;
}

/** At most 128 characters, no slash and no colon: an artifact of another project has its name with a dot. */
function collectionOf(name: string): string {
  return name.replaceAll(/[/:]/g, ".").slice(0, 128);
}

/** 128 random digits of base 36, as the SDK makes them. */
function clientId(): string {
  return [...randomBytes(128)].map((byte) => (byte % 36).toString(36)).join("");
}

function hash(encoding: "hex" | "base64", bytes: string | Uint8Array): string {
  return createHash("md5").update(bytes).digest(encoding);
}
