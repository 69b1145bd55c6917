import { S3Fault } from "../../s3_protocol/errors.ts";
import type { HeaderList } from "../http/http_message.ts";
import type { Bucket, Grant, ObjectEngine, ObjectName, User } from "../object_engine.ts";
import type { PublicAcls } from "./acl.ts";
import { ALL_BUCKETS, mayDo } from "./grants.ts";
import type { IncomingBody } from "./incoming_body.ts";
import type { Query } from "./query.ts";

/** One request whose sender is known. */
export interface CallParts {
  readonly engine: ObjectEngine;
  /** What the server says it is. */
  readonly region: string;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly user: User;
  /** "" for the service itself. */
  readonly bucket: string;
  /** "" for a bucket. */
  readonly key: string;
  readonly query: Query;
  /** Values by lower-case name, as text; see {@link joinHeaders}. */
  readonly headers: ReadonlyMap<string, string>;
  /** The same with one character for each byte that was sent. */
  readonly rawHeaders: ReadonlyMap<string, string>;
  readonly body: IncomingBody;
  readonly publicAcls: PublicAcls;
}

/** What an operation has to work with. */
export class Call {
  readonly engine: ObjectEngine;
  readonly region: string;
  readonly now: number;
  readonly user: User;
  readonly bucket: string;
  readonly key: string;
  readonly query: Query;
  readonly body: IncomingBody;
  readonly publicAcls: PublicAcls;
  /** Values by lower-case name; those of a name that comes more than once are joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
  /** The same with one character for each byte, as what is kept with an object goes back to clients. */
  readonly rawHeaders: ReadonlyMap<string, string>;

  constructor(parts: CallParts) {
    this.engine = parts.engine;
    this.region = parts.region;
    this.now = parts.now;
    this.user = parts.user;
    this.bucket = parts.bucket;
    this.key = parts.key;
    this.query = parts.query;
    this.body = parts.body;
    this.publicAcls = parts.publicAcls;
    this.headers = parts.headers;
    this.rawHeaders = parts.rawHeaders;
  }

  /** A header by its lower-case name; "" is a value. */
  header(name: string): string | undefined {
    return this.headers.get(name);
  }

  /** The object that the request names, with the version if it names one. */
  objectName(): ObjectName {
    const versionId = this.query.get("versionId");
    if (versionId === "") throw this.query.invalid("versionId");
    return { bucket: this.bucket, key: this.key, ...(versionId === undefined ? {} : { versionId }) };
  }

  /**
   * Asks for a right.
   *
   * @param key A key or a listing's prefix; absent: the bucket itself.
   * @returns The bucket, if it had to be looked up.
   * @throws {S3Fault} `AccessDenied`.
   */
  async require(access: Grant["access"], bucket: string, key?: string): Promise<Bucket | undefined> {
    const want = { access, bucket, ...(key === undefined ? {} : { key }) };
    if (mayDo(this.user, want)) return undefined;
    // Who made it has to be known only where the grants do not name it.
    const found = await this.engine.buckets.stat(bucket);
    if (mayDo(this.user, { ...want, owner: found.owner })) return found;
    throw new S3Fault("AccessDenied");
  }

  /**
   * Holds the request to the owner that one of its headers expects of a bucket, if it is there.
   *
   * @throws {S3Fault} `AccessDenied`.
   */
  async requireOwner(bucket: string, header: string): Promise<void> {
    const expected = this.header(header);
    if (expected === undefined) return;
    const { owner } = await this.engine.buckets.stat(bucket);
    if (owner !== expected) throw new S3Fault("AccessDenied");
  }

  /**
   * Whether the caller asked to pass over retentions in governance mode.
   *
   * @throws {S3Fault} `AccessDenied` if the caller may not: who made the bucket may, and who may write all buckets.
   */
  async bypassesGovernance(): Promise<boolean> {
    if (this.header("x-amz-bypass-governance-retention")?.toLowerCase() !== "true") return false;
    const { owner } = await this.engine.buckets.stat(this.bucket);
    const writesAll = this.user.grants.some(({ bucket, prefix, access }) =>
      bucket === ALL_BUCKETS && prefix === "" && access === "write"
    );
    if (owner !== this.user.name && !writesAll) throw new S3Fault("AccessDenied");
    return true;
  }
}

/** Headers by lower-case name; the values of one that comes more than once are joined by a comma. */
export function joinHeaders(headers: HeaderList): ReadonlyMap<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const before = joined.get(key);
    joined.set(key, before === undefined ? value : `${before},${value}`);
  }
  return joined;
}
