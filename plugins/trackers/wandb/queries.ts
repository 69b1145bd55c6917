/** Who a key is of; null for one that is of nobody. */
export const VIEWER = `query Viewer { viewer { entity username } serverInfo { cliVersionInfo } }`;

/** Makes a run, or changes one. Variables that are left out change nothing. */
export const UPSERT = `mutation UpsertBucket($id: String, $name: String, $project: String, $entity: String,
  $groupName: String, $displayName: String, $notes: String, $commit: String, $config: JSONString, $host: String,
  $program: String, $repo: String, $jobType: String, $tags: [String!]) {
  upsertBucket(input: { id: $id, name: $name, modelName: $project, entityName: $entity, groupName: $groupName,
    displayName: $displayName, notes: $notes, commit: $commit, config: $config, host: $host, jobProgram: $program,
    jobRepo: $repo, jobType: $jobType, tags: $tags }) {
    bucket { id name project { name entity { name } } } inserted } }`;

/** What is needed to go on with a run. */
export const RESUME = `query RunResumeStatus($entity: String, $project: String, $name: String!) {
  model(name: $project, entityName: $entity) { entity { name } name
    bucket(name: $name, missingOk: true) { id name config summaryMetrics } } }`;

/** Addresses to which files of a run are put. */
export const CREATE_FILES =
  `mutation CreateRunFiles($entity: String!, $project: String!, $run: String!, $files: [String!]!) {
  createRunFiles(input: { entityName: $entity, projectName: $project, runName: $run, files: $files }) {
    runID uploadHeaders files { name uploadUrl } } }`;

const RUN_FIELDS = `name displayName state commit tags notes config summaryMetrics createdAt heartbeatAt
  historyLineCount historyKeys user { username }`;

const INPUTS =
  `inputArtifacts(first: 100) { edges { node { digest metadata versionIndex artifactSequence { name } } } }`;

/** One run. */
export const RUN = `query Run($project: String!, $entity: String!, $name: String!) {
  project(name: $project, entityName: $entity) { name entityName run(name: $name) { ${RUN_FIELDS} ${INPUTS} } } }`;

/** The tags of one run, and the id by which it is changed. */
export const RUN_TAGS = `query RunTags($project: String!, $entity: String!, $name: String!) {
  project(name: $project, entityName: $entity) { run(name: $name) { id tags } } }`;

/** Runs of a project. */
export const RUNS =
  `query Runs($project: String!, $entity: String!, $cursor: String, $perPage: Int = 50, $order: String) {
  project(name: $project, entityName: $entity) { name entityName
    runs(after: $cursor, first: $perPage, order: $order) {
      edges { node { ${RUN_FIELDS} ${INPUTS} } cursor } pageInfo { endCursor hasNextPage } } } }`;

/** Lines of a history from a step to before another; fewer if there are more than asked for. */
export const HISTORY =
  `query RunFullHistory($project: String!, $entity: String!, $name: String!, $minStep: Int64!, $maxStep: Int64!, $samples: Int!) {
  project(name: $project, entityName: $entity) { run(name: $name) {
    history(minStep: $minStep, maxStep: $maxStep, samples: $samples) } } }`;

/** Files of a run; the pattern is one of SQL's LIKE. Asking by names would give files that do not exist. */
export const FILES =
  `query RunFiles($project: String!, $entity: String!, $name: String!, $pattern: String, $cursor: String) {
  project(name: $project, entityName: $entity) { run(name: $name) {
    files(pattern: $pattern, first: 50, after: $cursor) {
      edges { node { name directUrl sizeBytes } cursor } pageInfo { endCursor hasNextPage } } } } }`;

/** Makes an artifact's version, or finds the one of the same digest. */
export const CREATE_ARTIFACT = `mutation CreateArtifact($input: CreateArtifactInput!) {
  createArtifact(input: $input) { artifact { id state artifactSequence { latestArtifact { id } } } } }`;

/** Makes the record of a manifest. */
export const CREATE_MANIFEST =
  `mutation CreateArtifactManifest($artifactID: ID!, $baseArtifactID: ID, $name: String!,
  $digest: String!, $entityName: String!, $projectName: String!, $runName: String!, $manifestType: ArtifactManifestType!) {
  createArtifactManifest(input: { artifactID: $artifactID, baseArtifactID: $baseArtifactID, name: $name, digest: $digest,
    entityName: $entityName, projectName: $projectName, runName: $runName, type: $manifestType }) {
    artifactManifest { id file { id uploadUrl uploadHeaders } } } }`;

/** Makes an artifact's version visible. */
export const COMMIT_ARTIFACT = `mutation CommitArtifact($artifactID: ID!) {
  commitArtifact(input: { artifactID: $artifactID }) { artifact { id digest } } }`;

/** Says that a run read an artifact. */
export const USE_ARTIFACT =
  `mutation UseArtifact($entityName: String!, $projectName: String!, $runName: String!, $artifactID: ID!, $usedAs: String) {
  useArtifact(input: { entityName: $entityName, projectName: $projectName, runName: $runName, artifactID: $artifactID, usedAs: $usedAs }) {
    artifact { id } } }`;
