import { createHash } from "node:crypto";
import { parseLoose } from "../../../plugins/trackers/wandb/loose_json.ts";
import { artifactFields } from "./artifact_fields.ts";
import { need, Refusal, type StoredArtifact, type World } from "./world.ts";

type Input = { readonly input: Record<string, unknown> };

/** What makes and uses artifacts, with the rules for names and the order of the calls. */
export function artifactMutations(world: World) {
  const artifactOf = (id: unknown): StoredArtifact => {
    const found = world.artifacts.find((artifact) => artifact.id === id);
    if (found === undefined) throw new Refusal(404, `artifact ${id} not found`);
    return found;
  };
  return {
    createArtifact: ({ input }: Input) => ({ artifact: artifactFields(world, create(world, input)) }),
    createArtifactManifest: ({ input }: Input) => {
      const artifact = artifactOf(input.artifactID);
      need(artifact.state === "PENDING", "a manifest of an artifact that is committed");
      need(input.name === "wandb_manifest.json", "the manifest's name");
      need(input.type === "FULL", "the manifest's type");
      const id = btoa(`Manifest:${artifact.id}`);
      if (input.digest === "") {
        artifact.recorded = true;
        return { artifactManifest: { id, file: null } };
      }
      need(artifact.recorded, "the record of a manifest comes before its bytes");
      const md5 = input.digest as string;
      artifact.manifest = { md5 };
      const uploadUrl = world.address + world.uploadPath((bytes) => {
        need(
          createHash("md5").update(bytes).digest("base64") === md5,
          "the manifest's bytes have another MD5",
        );
        need(digestOf(bytes) === artifact.digest, "the artifact's digest is not that of its manifest");
        artifact.manifest = { md5, bytes };
      });
      return {
        artifactManifest: {
          id,
          file: { id, name: "wandb_manifest.json", uploadUrl, uploadHeaders: ["X-Signed:yes"] },
        },
      };
    },
    commitArtifact: ({ input }: Input) => {
      const artifact = artifactOf(input.artifactID);
      need(artifact.manifest?.bytes !== undefined, "an artifact without its manifest's bytes is committed");
      artifact.state = "COMMITTED";
      return { artifact: artifactFields(world, artifact) };
    },
    useArtifact: ({ input }: Input) => {
      const run = world.needRun(
        input.entityName as string,
        input.projectName as string,
        input.runName as string,
      );
      const artifact = artifactOf(input.artifactID);
      need(artifact.state === "COMMITTED", "an artifact that is not committed is used");
      if (!run.used.includes(artifact.id)) run.used.push(artifact.id);
      return { artifact: artifactFields(world, artifact) };
    },
  };
}

function create(world: World, input: Input["input"]): StoredArtifact {
  const entity = input.entityName as string, project = input.projectName as string;
  const collection = input.artifactCollectionName as string, type = input.artifactTypeName as string;
  const metadata = (input.metadata ?? null) as string | null;
  need(typeof collection === "string" && /^[^/]{1,128}$/.test(collection), "the collection's name");
  need(
    /^[-\w]+([ ]*[-.\w]+)*$/.test(type) && !type.startsWith("wandb-") && type !== "job",
    "the type's name",
  );
  need(/^[0-9a-f]{32}$/.test(input.digest as string), "the digest is a hex MD5");
  for (const name of ["clientID", "sequenceClientID"]) {
    need(/^[0-9a-z]{128}$/.test(String(input[name])), `${name} is 128 of base 36`);
  }
  const aliases = ((input.aliases ?? []) as { artifactCollectionName: string; alias: string }[]).map(
    ({ alias, ...named }) => {
      need(named.artifactCollectionName === collection, "an alias of another collection");
      need(/^[^/:]{1,128}$/.test(alias) && !/^v\d+$/.test(alias), `the alias ${alias}`);
      return alias;
    },
  );
  if (metadata !== null) need(Object.keys(parseLoose(metadata) as object).length <= 100, "too much metadata");
  const runName = (input.runName ?? null) as string | null;
  const producer = runName === null ? undefined : world.needRun(entity, project, runName);
  const same = world.artifacts.filter((one) =>
    one.entity === entity && one.project === project && one.collection === collection
  );
  need(same.every((one) => one.type === type), `the collection ${collection} has another type`);
  let artifact = same.find((one) =>
    one.clientId === input.clientID ||
    (input.enableDigestDeduplication === true && one.digest === input.digest)
  );
  if (artifact === undefined) {
    artifact = {
      id: world.id("Artifact"),
      entity,
      project,
      type,
      collection,
      digest: input.digest as string,
      metadata,
      aliases,
      clientId: input.clientID as string,
      createdBy: runName,
      version: same.length,
      state: "PENDING",
      recorded: false,
    };
    world.artifacts.push(artifact);
  }
  if (producer !== undefined && !producer.logged.includes(artifact.id)) producer.logged.push(artifact.id);
  return artifact;
}

/** Hex MD5 over each path with its digest, in order. */
function digestOf(bytes: Uint8Array): string {
  const { contents } = JSON.parse(new TextDecoder().decode(bytes)) as {
    contents: Record<string, { digest: string }>;
  };
  const hash = createHash("md5").update("wandb-artifact-manifest-v1\n");
  for (const path of Object.keys(contents).sort()) hash.update(`${path}:${contents[path]!.digest}\n`);
  return hash.digest("hex");
}
