import { buildSchema, type GraphQLScalarType, type GraphQLSchema } from "graphql";
import { parseLoose } from "../../../plugins/trackers/wandb/loose_json.ts";

// What W&B's own client (SDK 0.28 to 0.31) asks for; the server's schema is not public.
const SDL = `
scalar JSON
scalar JSONString
scalar Int64
scalar DateTime

type Query {
  viewer: User
  serverInfo: ServerInfo
  project(name: String, entityName: String): Project
  model(name: String, entityName: String): Project
  entity(name: String!): Entity
  artifact(id: ID!): Artifact
  apiFeatures: Boolean
}
type ServerInfo { cliVersionInfo: JSON latestLocalVersionInfo: LocalVersionInfo features: [Feature!]! }
type LocalVersionInfo { outOfDate: Boolean latestVersionString: String versionOnThisInstanceString: String }
type Feature { name: String! isEnabled: Boolean! }
type User { id: ID! entity: String username: String name: String email: String admin: Boolean flags: JSONString teams: EntityConnection }
type EntityConnection { edges: [EntityEdge!]! }
type EntityEdge { node: Entity }
type Entity { id: ID! name: String! isTeam: Boolean organization: Organization }
type Organization { name: String! coreWeaveOrganizationId: String }
type PageInfo { endCursor: String hasNextPage: Boolean! }

type Project {
  id: ID! internalId: ID name: String! entityName: String! entity: Entity! createdAt: DateTime readOnly: Boolean
  run(name: String!): Run
  bucket(name: String!, missingOk: Boolean): Run
  runCount(filters: JSONString): Int!
  runs(filters: JSONString, after: String, first: Int, order: String): RunConnection
  artifactType(name: String!): ArtifactType
  artifact(name: String!, enableTracking: Boolean): Artifact
}
type RunConnection { edges: [RunEdge!]! pageInfo: PageInfo! totalCount: Int }
type RunEdge { node: Run! cursor: String! }
type Run {
  id: ID! name: String! displayName: String state: String group: String jobType: String commit: String tags: [String!]
  notes: String description: String config: JSONString summaryMetrics: JSONString systemMetrics: JSONString
  createdAt: DateTime heartbeatAt: DateTime historyLineCount: Int eventsLineCount: Int logLineCount: Int
  historyKeys: JSON historyTail: JSONString eventsTail: JSONString sweepName: String readOnly: Boolean stopped: Boolean user: User
  host: String repo: String projectId: Int internalId: ID project: Project
  wandbConfig(keys: [String!]): JSONString
  history(minStep: Int64, maxStep: Int64, samples: Int): [JSONString!]!
  parquetHistory(liveKeys: [String!]!): ParquetHistory
  events(samples: Int): [JSONString!]!
  logLines(first: Int, last: Int, after: String): LogLineConnection
  files(names: [String], pattern: String, first: Int, after: String): FileConnection
  fileCount: Int
  inputArtifacts(after: String, first: Int): ArtifactConnection
  outputArtifacts(after: String, first: Int): ArtifactConnection
}
type LogLineConnection { edges: [LogLineEdge!]! pageInfo: PageInfo! }
type LogLineEdge { node: LogLine! }
type LogLine { number: Int! timestamp: DateTime level: String label: String line: String! }
type FileConnection { edges: [FileEdge!]! pageInfo: PageInfo! totalCount: Int }
type FileEdge { node: File! cursor: String! }
type File { id: ID! name: String! directUrl: String url(upload: Boolean): String sizeBytes: Int64 mimetype: String updatedAt: DateTime md5: String uploadUrl: String uploadHeaders: [String!] }
type ArtifactConnection { totalCount: Int pageInfo: PageInfo! edges: [ArtifactEdge!]! }
type ArtifactEdge { node: Artifact! cursor: String }
type ArtifactType { id: ID! name: String! }
type ArtifactAlias { id: ID! alias: String! artifactCollection: ArtifactCollection }
type Tag { id: ID! name: String! }
interface ArtifactCollection { id: ID! name: String! project: Project }
type ArtifactSequence implements ArtifactCollection { id: ID! name: String! project: Project latestArtifact: Artifact }
type Artifact {
  id: ID! digest: String! digestAlgorithm: DigestAlgorithm state: String! size: Int64 metadata: JSONString
  description: String versionIndex: Int createdAt: DateTime updatedAt: DateTime commitHash: String fileCount: Int64
  historyStep: Int64 ttlDurationSeconds: Int64 ttlIsInherited: Boolean tags: [Tag!] aliases: [ArtifactAlias!]!
  artifactType: ArtifactType! artifactSequence: ArtifactSequence! currentManifest: ArtifactManifest
}
type ArtifactManifest { id: ID! file: File }
type ParquetHistory { parquetUrls: [String!]! liveData: [JSON!]! }

type Mutation {
  upsertBucket(input: UpsertBucketInput!): UpsertBucketPayload
  createRunFiles(input: CreateRunFilesInput!): CreateRunFilesPayload
  createArtifact(input: CreateArtifactInput!): CreateArtifactPayload
  createArtifactManifest(input: CreateArtifactManifestInput!): CreateArtifactManifestPayload
  commitArtifact(input: CommitArtifactInput!): ArtifactPayload
  useArtifact(input: UseArtifactInput!): ArtifactPayload
}
input UpsertBucketInput {
  id: String name: String modelName: String entityName: String groupName: String description: String displayName: String
  notes: String commit: String config: JSONString host: String debug: Boolean jobProgram: String jobRepo: String
  jobType: String state: String sweep: String tags: [String!] summaryMetrics: JSONString
}
type UpsertBucketPayload { bucket: Run inserted: Boolean }
input CreateRunFilesInput { entityName: String! projectName: String! runName: String! files: [String!]! }
type CreateRunFilesPayload { runID: ID! uploadHeaders: [String!]! files: [File!]! }
input AliasInput { artifactCollectionName: String! alias: String! }
input TagInput { tagName: String! }
input CreateArtifactInput {
  entityName: String! projectName: String! runName: String artifactTypeName: String! artifactCollectionName: String
  digest: String! digestAlgorithm: DigestAlgorithm! description: String metadata: JSONString aliases: [AliasInput!]
  tags: [TagInput!] ttlDurationSeconds: Int64 historyStep: Int64 distributedID: String clientID: ID sequenceClientID: ID
  enableDigestDeduplication: Boolean storageRegion: String artifactCollectionNames: [String!] labels: JSONString clientMutationId: String
}
enum DigestAlgorithm { MANIFEST_MD5 }
type CreateArtifactPayload { artifact: Artifact! }
enum ArtifactManifestType { FULL PATCH INCREMENTAL }
input CreateArtifactManifestInput {
  artifactID: ID! baseArtifactID: ID name: String! digest: String! entityName: String! projectName: String!
  runName: String! type: ArtifactManifestType!
}
type CreateArtifactManifestPayload { artifactManifest: ArtifactManifest! }
input CommitArtifactInput { artifactID: ID! }
input UseArtifactInput { entityName: String! projectName: String! runName: String! artifactID: ID! usedAs: String }
type ArtifactPayload { artifact: Artifact! }
`;

/** The part of W&B's GraphQL that is known, with scalars that take what they should and nothing else. */
export function wandbSchema(): GraphQLSchema {
  const schema = buildSchema(SDL);
  const scalar = (name: string) => schema.getType(name) as GraphQLScalarType;
  scalar("JSONString").parseValue = (value) => {
    if (typeof value !== "string") throw new TypeError("JSONString must be text");
    parseLoose(value);
    return value;
  };
  scalar("Int64").parseValue = (value) => {
    if (!Number.isSafeInteger(Number(value))) throw new TypeError("Int64 must be a whole number");
    return Number(value);
  };
  return schema;
}
