import type { JsonObject } from "../../../core/model/json.ts";

/** An artifact of aero, to be pointed to from W&B. */
export interface Pointer {
  /** As aero names it. */
  readonly name: string;
  /** Of its manifest. */
  readonly digest: string;
  /** Of its manifest, in bytes. */
  readonly size: number;
  readonly label?: string;
  /** Where its manifest lies. */
  readonly url?: string;
}

/** Name of the one entry. */
const ENTRY = "manifest.json";

/**
 * W&B's manifest of an artifact that stays where it is.
 *
 * Its one entry has aero's digest for a digest, so that equal artifacts are one version in W&B, whichever run read or
 * wrote them: that is how their lineage meets. So it is not one that W&B can check the object by.
 */
export function manifestOf({ digest, size, url }: Pointer): JsonObject {
  const { ref, versionId } = referenceOf(url, digest);
  const extra = versionId === undefined ? {} : { extra: { versionID: versionId } };
  return {
    version: 1,
    storagePolicy: "wandb-storage-policy-v1",
    storagePolicyConfig: { storageLayout: "V2" },
    contents: { [ENTRY]: { digest, ref, size, ...extra } },
  };
}

/** The text whose MD5 is the digest of {@link manifestOf}: each path with its digest, in order. */
export function digestedText({ digest }: Pick<Pointer, "digest">): string {
  return `wandb-artifact-manifest-v1\n${ENTRY}:${digest}\n`;
}

/** Addresses of objects stand without a query; the version of one in S3 stands beside. */
export function referenceOf(
  url: string | undefined,
  digest: string,
): { readonly ref: string; readonly versionId?: string } {
  if (url === undefined) return { ref: `aero:${digest}` };
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== "s3:") return { ref: url };
  const versionId = parsed.searchParams.get("versionId");
  return { ref: url.split("?")[0]!, ...(versionId === null || versionId === "null" ? {} : { versionId }) };
}
