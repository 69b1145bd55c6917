// deno-lint-ignore-file camelcase -- keys of files are written in snake case
import * as z from "zod";

const text = z.string().min(1, { error: "it is empty" });
const absolutePath = text.refine((path) => path.startsWith("/") || path.startsWith("~/"), {
  error: "write the path as an absolute one, or from ~/",
});
/** Variables of the environment are text. */
const flag = z.union([z.boolean(), z.enum(["true", "false"])], { error: "write true or false" })
  .transform((value) => value === true || value === "true");

const fields = {
  bucket: text.regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{1,254}$/, {
    error: "the name of a bucket has letters, digits, dots, dashes and underscores",
  }).describe("Name of the bucket; it exists already"),
  prefix: text.regex(/^[A-Za-z0-9._@-]+(\/[A-Za-z0-9._@-]+)*\/?$/, {
    error: "write parts of letters, digits, dots, dashes, underscores and @, with / between them",
  }).max(100).exactOptional().describe("Folder in the bucket under which everything lies; default: none"),
  endpoint: z.url({ protocol: /^https?$/, error: "write an address, such as https://s3.example.org:9000" })
    .exactOptional().describe("Address of the service; default: that of AWS"),
  region: text.exactOptional().describe(
    "Region of the bucket; default: that of AWS_REGION, of the profile, or us-east-1",
  ),
  profile: text.exactOptional().describe(
    "A profile of aero's own user config, or else a section of the credentials file",
  ),
  credentials_file: absolutePath.exactOptional().describe("File of access keys; default: ~/.aws/credentials"),
  path_style: flag.exactOptional().describe(
    "Whether the bucket stands in the path and not in the host name; default: only at other endpoints than AWS",
  ),
  ca_file: absolutePath.exactOptional().describe(
    "Certificates in PEM that are trusted besides the usual ones; default: those of AWS_CA_BUNDLE or SSL_CERT_FILE",
  ),
  requester_pays: flag.exactOptional().describe("Whether you pay for requests to somebody else's bucket"),
  encryption: z.strictObject({
    use: z.enum(["AES256", "aws:kms", "customer"]).describe(
      "Keys of the service, of its key management, or your own",
    ),
    key: text.exactOptional().describe("Id of the key, for aws:kms"),
    key_file: absolutePath.exactOptional().describe("File of 32 bytes, for customer"),
  }).superRefine(({ use, key, key_file: file }, context) => {
    const fault = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    if (key !== undefined && use !== "aws:kms") fault("key", `it says nothing where "use" is ${use}`);
    if (file !== undefined && use !== "customer") fault("key_file", `it says nothing where "use" is ${use}`);
    if (file === undefined && use === "customer") fault("key_file", "it is missing");
  }).exactOptional().describe("Encryption by the service; default: as the bucket says"),
  timeout_seconds: z.coerce.number().positive().exactOptional().describe(
    "How long nothing may move before a request counts as lost; default: 20, and 5 to 10 before the first reply",
  ),
};

/** Config of the s3 storage: the section `storage` of the project, less `use`. */
export const s3Config = z.strictObject(fields);

/** Config of a storage like it that is never at AWS. */
export const endpointConfig = z.strictObject({
  ...fields,
  endpoint: fields.endpoint.unwrap().describe("Address of the service"),
});

/** What {@link s3Config} reads. */
export type S3Config = z.infer<typeof s3Config>;
