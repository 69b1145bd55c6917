import type { ErrorReport } from "../../../core/errors.ts";
import type {
  DeleteOptions,
  Grant,
  ObjectAttributes,
  ObjectLock,
  ObjectName,
  ObjectPut,
  PartPut,
  Precondition,
  Retention,
  Tag,
  UploadName,
  UploadStart,
} from "../object_engine.ts";
import type { ObjectEngineErrorCode, ObjectEngineErrorDetails } from "./engine_error.ts";

/** A body that no row refers to so far: its bytes here, or in a file that is durable already. */
export interface NewBody {
  /** Bytes. */
  readonly size: number;
  /** CRC-32 of each block, four bytes each, little-endian; see body_blocks.ts. */
  readonly checks: Uint8Array;
  readonly file?: string;
  readonly bytes?: Uint8Array;
}

/** Bodies that rows refer to already, of an object that is held open. */
export interface SharedBodies {
  readonly size: number;
  readonly body?: number;
  readonly parts: readonly PartRow[];
}

/** A part of an object, with where its bytes are; without a body it is empty. */
export interface PartRow {
  readonly number: number;
  readonly start: number;
  readonly size: number;
  readonly etag: string;
  readonly modifiedAt: number;
  readonly body?: number;
  readonly checksums: string;
}

/** Something to be done in one transaction, as data, so that a Worker can do it. Instants are in epoch milliseconds. */
export type Mutation =
  | {
    readonly does: "create_bucket";
    readonly name: string;
    readonly owner: string;
    readonly objectLock: boolean;
    readonly holds: "objects" | "storage";
    readonly at: number;
  }
  | { readonly does: "delete_bucket"; readonly name: string }
  | { readonly does: "set_versioning"; readonly name: string; readonly versioning: "enabled" | "suspended" }
  | { readonly does: "set_object_lock"; readonly name: string; readonly lock: ObjectLock }
  | {
    readonly does: "set_document";
    readonly name: string;
    readonly kind: string;
    readonly text: string | undefined;
  }
  | {
    readonly does: "put_object";
    readonly put: ObjectPut;
    readonly source: { readonly fresh: NewBody } | { readonly shared: SharedBodies };
    readonly at: number;
  }
  | {
    readonly does: "delete_object";
    readonly name: ObjectName;
    readonly options: DeleteOptions;
    readonly at: number;
  }
  | { readonly does: "set_tags"; readonly name: ObjectName; readonly tags: readonly Tag[] }
  | {
    readonly does: "set_retention";
    readonly name: ObjectName;
    readonly retention: Retention | undefined;
    readonly bypassGovernance: boolean;
    readonly at: number;
  }
  | { readonly does: "set_legal_hold"; readonly name: ObjectName; readonly on: boolean }
  | { readonly does: "create_upload"; readonly start: UploadStart; readonly at: number }
  | { readonly does: "put_part"; readonly put: PartPut; readonly fresh: NewBody; readonly at: number }
  | {
    readonly does: "complete_upload";
    readonly name: UploadName;
    /** By number and by the `seq` that the part had when the whole was summed up. */
    readonly parts: readonly { readonly number: number; readonly seq: number }[];
    /** What a repeated request must name. */
    readonly asked: string;
    readonly attributes: ObjectAttributes;
    readonly precondition?: Precondition;
    readonly at: number;
  }
  /** For a bucket over a storage, which has the object by then. */
  | {
    readonly does: "finish_upload";
    readonly name: UploadName;
    readonly asked: string;
    readonly object: string;
    readonly at: number;
  }
  | { readonly does: "abort_upload"; readonly name: UploadName }
  /** Uploads that were begun before an instant, and have got no part since. */
  | { readonly does: "abort_idle_uploads"; readonly before: number; readonly most: number }
  /** Rows of bodies that nothing refers to and whose files are gone. */
  | { readonly does: "forget_bodies"; readonly bodies: readonly number[] }
  | {
    readonly does: "create_user";
    readonly name: string;
    readonly grants: readonly Grant[];
    readonly at: number;
  }
  | { readonly does: "set_grants"; readonly name: string; readonly grants: readonly Grant[] }
  | { readonly does: "delete_user"; readonly name: string }
  | {
    readonly does: "add_key";
    readonly user: string;
    readonly id: string;
    readonly secret: string;
    readonly at: number;
  }
  | { readonly does: "delete_key"; readonly id: string }
  | { readonly does: "probe" };

/** A body that nothing refers to any more, and its file if it has one. */
export interface ReleasedBody {
  readonly id: number;
  readonly file: string | undefined;
}

/** What became of a mutation; as data, since an error's class does not cross to another thread. */
export type Outcome =
  | { readonly ok: true; readonly value: unknown; readonly released: readonly ReleasedBody[] }
  | {
    readonly ok: false;
    readonly code: ObjectEngineErrorCode | "bug";
    readonly report: ErrorReport;
    readonly details: ObjectEngineErrorDetails;
  };
