import type { ClientLines } from "../../core/plugin/service.ts";

/**
 * What to type so that other programs use the server.
 *
 * Keys come from the credentials file, which all of these programs read in the form that AWS's own have.
 * @param options `endpoint`, `region` and `bucket`.
 */
export function clientLines(
  options: Readonly<Record<string, string>>,
  { profile, credentialsFile, caFile }: {
    readonly profile: string;
    readonly credentialsFile: string;
    readonly caFile?: string;
  },
): ClientLines[] {
  const { endpoint = "", region = "", bucket = "" } = options;
  const credentials = [
    `export AWS_SHARED_CREDENTIALS_FILE=${shellWord(credentialsFile)} AWS_PROFILE=${shellWord(profile)}`,
  ];
  if (caFile !== undefined) credentials.push(`export AWS_CA_BUNDLE=${shellWord(caFile)}`);
  const verify = caFile === undefined ? "" : `, verify=${JSON.stringify(caFile)}`;
  return [
    { client: "shell", lines: credentials },
    { client: "aws", lines: [`aws --endpoint-url ${endpoint} --region ${region} s3 ls s3://${bucket}`] },
    {
      client: "boto3",
      lines: [
        `boto3.Session(profile_name=${
          JSON.stringify(profile)
        }).client("s3", endpoint_url="${endpoint}", region_name="${region}"${verify})`,
      ],
    },
    {
      client: "rclone",
      lines: [
        `rclone lsf ${
          shellWord(`:s3,provider=Other,env_auth=true,region=${region},endpoint="${endpoint}":${bucket}`)
        }` +
        (caFile === undefined ? "" : ` --ca-cert ${shellWord(caFile)}`),
      ],
    },
  ];
}

/** A word that a POSIX shell takes as it is. */
function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
