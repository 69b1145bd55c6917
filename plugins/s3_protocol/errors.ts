/** What S3 answers for an error code: HTTP status and the sentence for people. */
interface Answer {
  readonly status: number;
  readonly message: string;
}

/**
 * Error codes of S3, with the status and a default message of each.
 *
 * Codes and statuses are those of "Amazon S3 API Reference, Error responses".
 */
const TABLE = {
  AccessDenied: [403, "Access denied"],
  AuthorizationHeaderMalformed: [400, "The Authorization header has a form that cannot be read"],
  AuthorizationQueryParametersError: [400, "The authorization parameters of the query cannot be read"],
  BadDigest: [400, "The body does not match the Content-MD5 or checksum that was sent with it"],
  BadRequest: [400, "The request cannot be understood"],
  BucketAlreadyExists: [409, "The bucket name is taken by another owner"],
  BucketAlreadyOwnedByYou: [409, "The bucket exists already, and is yours"],
  BucketNotEmpty: [409, "The bucket still holds objects, versions or delete markers"],
  ConditionalRequestConflict: [
    409,
    "Another write to the same key was under way while the condition was looked at; try again",
  ],
  CORSForbidden: [403, "No CORS rule of the bucket allows this origin, method and headers"],
  EntityTooLarge: [400, "The body is larger than may be stored"],
  EntityTooSmall: [400, "A part other than the last is smaller than 5 MiB"],
  ExpiredToken: [400, "The security token has expired"],
  IllegalVersioningConfigurationException: [400, "The versioning configuration says no status"],
  IncompleteBody: [400, "The body is not as long as its Content-Length or decoded length says"],
  IncorrectNumberOfFilesInPostRequest: [400, "A POST form has to carry exactly one file"],
  InternalError: [500, "The server failed; try again"],
  InvalidAccessKeyId: [403, "There is no such access key"],
  InvalidArgument: [400, "An argument has a value that is not allowed"],
  InvalidBucketName: [400, "The bucket name does not follow the rules for names"],
  InvalidBucketState: [409, "The request does not fit the present state of the bucket"],
  InvalidDigest: [400, "The Content-MD5 or checksum is not the base64 text of a digest of that kind"],
  InvalidLocationConstraint: [400, "The location constraint names no region of this service"],
  InvalidObjectState: [403, "The object is in a state that does not allow this"],
  InvalidPart: [
    400,
    "A part is missing, or its ETag or checksum is not the one of the part that was uploaded",
  ],
  InvalidPartNumber: [416, "The object has no part of that number"],
  InvalidPartOrder: [400, "The parts are not listed in ascending order"],
  InvalidPolicyDocument: [400, "The policy document of the form cannot be read or is not satisfied"],
  InvalidRange: [416, "The range cannot be satisfied"],
  InvalidRequest: [400, "The request is not valid"],
  InvalidRetentionPeriod: [400, "The retention period is not a positive number of days or years"],
  InvalidStorageClass: [400, "There is no such storage class"],
  InvalidTag: [400, "A tag is not valid: keys are 1 to 128 characters, values up to 256, each key once"],
  InvalidToken: [400, "The security token is not valid"],
  InvalidURI: [400, "The path or query cannot be decoded"],
  KeyTooLongError: [400, "The key is longer than 1,024 bytes of UTF-8"],
  MalformedACLError: [400, "The access control list is not well-formed"],
  MalformedPOSTRequest: [400, "The body of the POST is not well-formed multipart/form-data"],
  MalformedTrailerError: [400, "The trailers of the body are not those that were announced"],
  MalformedXML: [400, "The XML document is not well-formed, or not of the form that this request takes"],
  MaxMessageLengthExceeded: [400, "The request is too large"],
  MaxPostPreDataLengthExceeded: [400, "The form fields before the file are too large"],
  MetadataTooLarge: [400, "The user metadata is larger than 2 KB"],
  MethodNotAllowed: [405, "The method is not allowed on this resource"],
  MissingContentLength: [411, "The request needs a Content-Length"],
  MissingRequestBodyError: [400, "The request needs a body"],
  MissingSecurityHeader: [400, "A required header is missing"],
  NoSuchBucket: [404, "There is no such bucket"],
  NoSuchBucketPolicy: [404, "The bucket has no policy"],
  NoSuchCORSConfiguration: [404, "The bucket has no CORS configuration"],
  NoSuchKey: [404, "There is no object of that key"],
  NoSuchLifecycleConfiguration: [404, "The bucket has no lifecycle configuration"],
  NoSuchObjectLockConfiguration: [404, "The object has no retention or legal hold"],
  NoSuchTagSet: [404, "There are no tags"],
  NoSuchUpload: [404, "There is no such multipart upload; it may have been completed or aborted"],
  NoSuchVersion: [404, "There is no such version of the object"],
  NoSuchWebsiteConfiguration: [404, "The bucket has no website configuration"],
  NotImplemented: [501, "This server does not offer what the request asks for"],
  NotModified: [304, "Not modified"],
  ObjectLockConfigurationNotFoundError: [404, "The bucket has no object lock configuration"],
  OwnershipControlsNotFoundError: [404, "The bucket has no ownership controls"],
  NoSuchPublicAccessBlockConfiguration: [404, "The bucket has no public access block"],
  PermanentRedirect: [301, "The bucket is to be addressed at another endpoint"],
  PreconditionFailed: [412, "A condition of the request does not hold"],
  ReplicationConfigurationNotFoundError: [404, "The bucket has no replication configuration"],
  RequestHeaderSectionTooLarge: [400, "The header section is too large"],
  RequestTimeout: [400, "The body did not arrive in time"],
  RequestTimeTooSkewed: [403, "The time of the request and the clock of the server are too far apart"],
  ServerSideEncryptionConfigurationNotFoundError: [404, "The bucket has no encryption configuration"],
  ServiceUnavailable: [503, "The server cannot answer at present; try again"],
  SignatureDoesNotMatch: [
    403,
    "The signature is not the one that this request and the secret key give; check the secret and how it is signed",
  ],
  SlowDown: [503, "Too many requests at once; slow down"],
  StorageFull: [507, "The server has no room left"],
  TooManyBuckets: [400, "There are as many buckets as may be"],
  UnexpectedContent: [400, "This request takes no body"],
  UserKeyMustBeSpecified: [400, "The POST form has no field named key"],
  XAmzContentChecksumMismatch: [400, "The body does not match the checksum that was sent with it"],
  XAmzContentSHA256Mismatch: [400, "The body does not match x-amz-content-sha256"],
} as const satisfies Record<string, readonly [number, string]>;

/** An error code of S3 that this code knows. */
export type S3ErrorCode = keyof typeof TABLE;

/** Status and default message of a code. */
export function answerOf(code: S3ErrorCode): Answer {
  const [status, message] = TABLE[code];
  return { status, message };
}

/** What an {@link S3Fault} may say beyond its code. */
export interface FaultOptions extends ErrorOptions {
  /** In place of the default message. Reaches the client: holds no secret and no path of this machine. */
  readonly message?: string;
  /** Further elements of the error document, such as `Key` or `BucketName`, in order. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Further headers of the reply. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * An answer of S3 that is an error: what the client of a server is told.
 *
 * Not an `AeroError`: who has to act is at the other end of a connection, and reads the error document, not our exit code.
 */
export class S3Fault extends Error {
  readonly code: S3ErrorCode;
  readonly status: number;
  /** Further elements of the error document. */
  readonly fields: Readonly<Record<string, string>>;
  /** Further headers of the reply. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: S3ErrorCode, options: FaultOptions = {}) {
    const { status, message } = answerOf(code);
    super(options.message ?? message, options);
    this.name = "S3Fault";
    this.code = code;
    this.status = status;
    this.fields = options.fields ?? {};
    this.headers = options.headers ?? {};
  }
}

/** Whether `error` is an {@link S3Fault}, of this code if one is given. */
export function isS3Fault(error: unknown, code?: S3ErrorCode): error is S3Fault {
  return error instanceof S3Fault && (code === undefined || error.code === code);
}
