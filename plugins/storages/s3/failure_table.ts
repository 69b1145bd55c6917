import type { StorageErrorCode } from "../../../core/plugin/storage.ts";

/** What a report can be made of. */
export interface FailureFacts {
  readonly bucket: string;
  /** The endpoint, a URL; `Amazon S3` where none is set. */
  readonly service: string;
  readonly region: string;
  /** HTTP status, 0 if there was no reply. */
  readonly status: number;
  /** What was done: `list`, `put`, … as the contract names it. */
  readonly operation: string;
  /** The service's own words; may be empty. */
  readonly message: string;
  /** By which the service's people can find the request. */
  readonly requestId?: string;
  /** Region in which the service says the bucket is. */
  readonly rightRegion?: string;
  /** How far this machine's clock is ahead of the service's, in milliseconds. */
  readonly aheadMs?: number;
  /** Where the access key came from. */
  readonly keysFrom: string;
  /** How to set the right one there. */
  readonly keysFix: readonly string[];
  /** What names the bucket: the section `storage`, or an address of data. */
  readonly namedBy: "storage" | "address";
}

/** What an error of the service means. */
export interface Meaning {
  readonly code: StorageErrorCode;
  why(facts: FailureFacts): string;
  fix?(facts: FailureFacts): readonly string[];
}

const checkKeys = ({ keysFix, namedBy, service }: FailureFacts) => [
  ...keysFix,
  namedBy === "storage"
    ? "name others: `storage.profile` in aero.yaml"
    : `name others: \`--profile NAME\`; or another service than ${service}: \`--endpoint ADDRESS\``,
];

/** How to name another bucket. */
const nameBucket = ({ namedBy, service }: FailureFacts) =>
  namedBy === "storage" ? ["name the right one: `storage.bucket` in aero.yaml or its profile"] : [
    `name the service where it is, if that is not ${service}: \`--endpoint ADDRESS\`, \`--endpoint aws\` or \`--profile NAME\``,
    "name the right one in the address: `s3://BUCKET/PREFIX`",
  ];

const expired: Meaning = {
  code: "denied",
  why: ({ keysFrom }) => `the session token has expired (keys from ${keysFrom})`,
  fix: () => ["get a new one: `aws sso login`, or set AWS_SESSION_TOKEN with its keys anew"],
};

const wrongRegion: Meaning = {
  code: "denied",
  why: ({ bucket, region, rightRegion }) =>
    `the bucket "${bucket}" is not in region ${region}` + (rightRegion ? `, but in ${rightRegion}` : ""),
  fix: ({ rightRegion = "", namedBy }) => [
    namedBy === "address"
      ? `name it: \`--region ${rightRegion || "REGION"}\``
      : `set \`storage.region${rightRegion && `: ${rightRegion}`}\` in aero.yaml or its profile`,
  ],
};

const busy: Meaning = {
  code: "unavailable",
  why: ({ service, status, message }) => `${service} is busy (${status}${message && `: ${message}`})`,
};

const quotaUsedUp: Meaning = {
  code: "full",
  why: ({ bucket }) => `the quota of the bucket "${bucket}" is used up`,
  fix: () => ["have the quota raised; `aero storage gc` removes what nothing refers to"],
};

const diskFull: Meaning = {
  code: "full",
  why: ({ service }) => `no space is left on the disk of ${service}`,
  fix: () => ["free space there; `aero storage gc` removes what nothing refers to"],
};

/** By the code of the service's error document, "Error responses" in the API reference of Amazon S3, and of others. */
export const MEANINGS: Readonly<Record<string, Meaning>> = {
  InvalidAccessKeyId: {
    code: "denied",
    why: ({ service, keysFrom }) => `${service} does not know the access key (from ${keysFrom})`,
    fix: checkKeys,
  },
  SignatureDoesNotMatch: {
    code: "denied",
    why: ({ keysFrom }) => `the secret key does not belong to the access key (both from ${keysFrom})`,
    fix: checkKeys,
  },
  ExpiredToken: expired,
  TokenRefreshRequired: expired,
  InvalidToken: {
    code: "denied",
    why: ({ keysFrom }) => `the service does not take the session token (keys from ${keysFrom})`,
    fix: checkKeys,
  },
  AccessDenied: {
    code: "denied",
    why: ({ bucket, operation, keysFrom }) =>
      `these credentials may not ${
        RIGHTS[operation]?.[0] ?? operation
      } in the bucket "${bucket}" (keys from ${keysFrom})`,
    fix: ({ operation }) => [`have the right granted: ${RIGHTS[operation]?.[1] ?? "s3:*"}`],
  },
  AccountProblem: { code: "denied", why: ({ message }) => message || "the account has a problem" },
  AllAccessDisabled: {
    code: "denied",
    why: ({ bucket }) => `all access to the bucket "${bucket}" is disabled`,
  },
  RequestTimeTooSkewed: {
    code: "denied",
    why: ({ aheadMs, service }) =>
      aheadMs === undefined
        ? `the clocks of this machine and of ${service} differ too much`
        : `the clock of this machine is ${duration(Math.abs(aheadMs))} ${
          aheadMs > 0 ? "ahead of" : "behind"
        } that of ${service}`,
    fix: () => ["set the clock: `timedatectl set-ntp true`"],
  },
  NoSuchBucket: {
    code: "denied",
    why: ({ bucket, service }) => `there is no bucket "${bucket}" at ${service}`,
    // Without an address aws would make the bucket at Amazon.
    fix: (facts) => {
      const { bucket, service, namedBy } = facts;
      const at = /^https?:/.test(service) ? `--endpoint-url ${service} ` : "";
      // Who imports data wants what is there.
      return [
        ...(namedBy === "storage" ? [`make it: \`aws ${at}s3 mb s3://${bucket}\``] : []),
        ...nameBucket(facts),
      ];
    },
  },
  InvalidBucketName: {
    code: "denied",
    why: ({ bucket }) => `"${bucket}" is no name of a bucket`,
    fix: nameBucket,
  },
  PermanentRedirect: wrongRegion,
  AuthorizationHeaderMalformed: wrongRegion,
  IllegalLocationConstraintException: wrongRegion,
  InvalidRequest: { code: "denied", why: ({ message }) => message || "the service refuses the request" },
  NotImplemented: {
    code: "denied",
    why: ({ service, message }) => `${service} does not offer that${message && `: ${message}`}`,
  },
  InvalidObjectState: {
    code: "denied",
    why: () => "the object lies in an archive, and has to be restored before it can be read",
  },
  ObjectLockConfigurationNotFoundError: { code: "denied", why: ({ message }) => message },
  QuotaExceeded: quotaUsedUp,
  InsufficientStorage: diskFull,
  EntityTooLarge: {
    code: "full",
    why: ({ message }) => `the service does not hold objects as large${message && `: ${message}`}`,
  },
  SlowDown: busy,
  ServiceUnavailable: busy,
  InternalError: busy,
  RequestTimeout: busy,
  OperationAborted: busy,
  ConditionalRequestConflict: busy,
  // A part or a body that arrived damaged: it can be sent again.
  BadDigest: damaged(),
  XAmzContentSHA256Mismatch: damaged(),
  InvalidDigest: damaged(),
  IncompleteBody: damaged(),
  NoSuchUpload: {
    code: "unavailable",
    why: () => "the upload was ended by somebody else while it was under way",
  },
};

function damaged(): Meaning {
  return {
    code: "unavailable",
    why: ({ service }) => `the bytes that reached ${service} are not those that were sent`,
  };
}

/** What an operation needs: in words, and as AWS names it. */
const RIGHTS: Readonly<Record<string, readonly [string, string]>> = {
  list: ["list", "s3:ListBucket"],
  get: ["read objects", "s3:GetObject"],
  stat: ["ask for objects", "s3:GetObject and s3:ListBucket"],
  put: ["store objects", "s3:PutObject, and s3:AbortMultipartUpload for large ones"],
  delete: ["delete objects", "s3:DeleteObject"],
};

/** What a status means where the error has no code, or one that is not known. */
export function meaningOfStatus(status: number): Meaning {
  if (status === 301 || status === 307) return wrongRegion;
  if (status === 401 || status === 403) return MEANINGS["AccessDenied"]!;
  if (status === 507) return diskFull;
  if (status === 408 || status === 429 || status >= 500) return busy;
  return {
    code: status === 0 ? "unavailable" : "denied",
    why: ({ service, message }) => `${service} answered ${status}${message && `: ${message}`}`,
  };
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
