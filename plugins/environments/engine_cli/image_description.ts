import {
  EnvironmentError,
  type ImageDescription,
  type ImageDigest,
} from "../../../core/plugin/environment.ts";
import { type Digest, isDigest } from "../../../core/model/digest.ts";

interface InspectDocument {
  readonly Id: string;
  readonly Os: string;
  readonly Architecture: string;
  readonly Size: number;
  readonly RootFS: { readonly Layers?: readonly string[] | null };
  readonly Config?: { readonly Env?: readonly string[] | null } | null;
  /** Only in a store that names images by their manifests. */
  readonly Descriptor?: { readonly digest?: string } | null;
}

/**
 * Reads what `image inspect` prints.
 *
 * @throws {EnvironmentError} `unsupported` if the engine names images by their manifests, since those names differ
 * between engines.
 */
export function parseImageDescription(text: string): ImageDescription | undefined {
  const [document] = JSON.parse(text) as InspectDocument[];
  if (document === undefined) return undefined;
  const id = asDigest(document.Id);
  if (document.Descriptor?.digest === id) {
    throw new EnvironmentError("unsupported", {
      what: "Cannot name images by their config digest",
      why: "this docker keeps images in containerd's store, which names them by their manifests",
      fix: [
        'set `{"features": {"containerd-snapshotter": false}}` in /etc/docker/daemon.json and restart docker',
      ],
    });
  }
  return {
    id: id as ImageDigest,
    platform: `${document.Os}/${document.Architecture}`,
    diffIds: (document.RootFS.Layers ?? []).map(asDigest),
    size: document.Size,
    env: Object.fromEntries((document.Config?.Env ?? []).map(splitVariable)),
  };
}

/** podman leaves out the algorithm. */
function asDigest(text: string): Digest {
  const digest = text.startsWith("sha256:") ? text : `sha256:${text}`;
  if (!isDigest(digest)) throw new TypeError(`The engine gave ${JSON.stringify(text)} as a digest`);
  return digest;
}

function splitVariable(text: string): [string, string] {
  const at = text.indexOf("=");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
