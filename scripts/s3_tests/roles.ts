/** A person of the suite; it asks for six. */
export interface Role {
  /** The section of the suite's configuration. */
  readonly section: string;
  /** Also the name that is shown. */
  readonly userId: string;
  readonly email: string;
  readonly accessKey: string;
  readonly secret: string;
  /** Ceph keeps such a person apart from all others. */
  readonly tenant?: string;
  /** What Ceph lets this person manage. */
  readonly caps?: string;
}

function role(section: string, word: string, more: Partial<Role> = {}): Role {
  return {
    section,
    userId: `suite-${word}`,
    email: `${word}@suite.invalid`,
    // Lengths as Amazon's: 20 and 40 characters.
    accessKey: `SUITE${word.toUpperCase()}`.padEnd(20, "0"),
    secret: `suite${word}secret`.padEnd(40, "0"),
    ...more,
  };
}

/** Everybody whom the suite acts as; the same on every server. */
export const ROLES: readonly Role[] = [
  role("s3 main", "main", { caps: "user-policy=*" }),
  role("s3 alt", "alt"),
  role("s3 tenant", "tenant", { tenant: "suitetenant", caps: "roles=*" }),
  role("iam", "iam", { caps: "user-policy=*;roles=*" }),
  // Accounts, which no test of the selection uses: their keys only have to stand there.
  role("iam root", "root"),
  role("iam alt root", "altroot"),
];

/** The configuration file that the suite reads. */
export function suiteConfiguration(endpoint: URL, region: string, roles: readonly Role[] = ROLES): string {
  const sections: Record<string, Record<string, string | number>> = {
    DEFAULT: {
      host: endpoint.hostname,
      port: endpoint.port,
      is_secure: "False",
      ssl_verify: "False",
    },
    fixtures: {
      "bucket prefix": "suite-{random}-",
      "iam name prefix": "suite-",
      "iam path prefix": "/suite/",
    },
  };
  for (const { section, userId, email, accessKey, secret, tenant } of roles) {
    const inTenant = tenant === undefined ? "" : `${tenant}$`;
    sections[section] = {
      display_name: userId,
      user_id: `${inTenant}${userId}`,
      email,
      access_key: accessKey,
      secret_key: secret,
      ...(tenant === undefined ? {} : { tenant }),
      ...(section === "s3 main" ? { api_name: region, lc_debug_interval: 10 } : {}),
    };
  }
  return Object.entries(sections).map(([section, options]) => {
    const lines = Object.entries(options).map(([option, value]) => `${option} = ${value}`);
    return [`[${section}]`, ...lines, ""].join("\n");
  }).join("\n");
}
