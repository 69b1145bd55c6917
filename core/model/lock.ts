import type { Digest } from "./digest.ts";

/** What a moving name resolved to; one line of `aero.lock`. */
export type LockEntry =
  | {
    /** A base image: its name and the image's config digest. */
    readonly kind: "base";
    readonly reference: string;
    readonly platform: string;
    readonly image: Digest;
  }
  | {
    /** A built image: the digest of exactly what it was built from, and the image's config digest. */
    readonly kind: "image";
    readonly source: Digest;
    readonly platform: string;
    readonly image: Digest;
  }
  | {
    /** A system package in a built image. */
    readonly kind: "package";
    readonly source: Digest;
    readonly platform: string;
    readonly name: string;
    readonly version: string;
  };
