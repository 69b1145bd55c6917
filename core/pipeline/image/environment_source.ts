import { UserError } from "../../errors.ts";
import { parseRelativePath, type RelativePath } from "../../model/relative_path.ts";
import { type ImageReference, parseImageReference } from "../../plugin/environment.ts";
import { parseSystemPackages, type SystemPackage } from "./system_package.ts";

/** The part of a project's config that says what its image is. */
export interface ImageConfig {
  /** Base image. */
  readonly image?: string;
  /** A Dockerfile of the project in place of a base image; both paths from the project's root. */
  readonly build?: {
    readonly dockerfile: string;
    readonly context: string;
    readonly args?: Readonly<Record<string, string>>;
  };
  /** `name` or `name=version`. */
  readonly systemPackages?: readonly string[];
  /** Path from the project's root. */
  readonly pythonLock?: string;
}

/** What an image is made from. */
export type EnvironmentSource =
  /** The base image as it is. */
  | { readonly kind: "base"; readonly reference: ImageReference }
  /** A base image with packages put in; at least one package or a lock. */
  | {
    readonly kind: "generated";
    readonly reference: ImageReference;
    /** Sorted by name, each once. */
    readonly systemPackages: readonly SystemPackage[];
    readonly pythonLock?: RelativePath;
  }
  | {
    readonly kind: "dockerfile";
    readonly dockerfile: RelativePath;
    /** Empty for the project's root. */
    readonly context: RelativePath | "";
    readonly args: Readonly<Record<string, string>>;
  };

/**
 * Decides what the image of a project is.
 *
 * @throws {UserError} `image_unset`, `image_ambiguous`, `image_reference_invalid`, `system_package_invalid`,
 *   `path_unsafe`.
 */
export function environmentSource(config: ImageConfig): EnvironmentSource {
  const packages = config.systemPackages ?? [];
  if (config.build !== undefined) {
    refuseMixture(config);
    return {
      kind: "dockerfile",
      dockerfile: parseRelativePath(config.build.dockerfile.replace(/^(?:\.\/)+/, "")),
      context: folder(config.build.context),
      args: config.build.args ?? {},
    };
  }
  if (config.image === undefined) {
    throw new UserError("image_unset", {
      what: "Cannot tell which image to use",
      why: "the environment names neither an image nor a Dockerfile",
      fix: ["name one in aero.yaml: `environment: { image: python:3.12-slim }`"],
    });
  }
  const reference = parseImageReference(config.image);
  if (packages.length === 0 && config.pythonLock === undefined) return { kind: "base", reference };
  return {
    kind: "generated",
    reference,
    systemPackages: parseSystemPackages(packages),
    ...config.pythonLock !== undefined && {
      pythonLock: parseRelativePath(config.pythonLock.replace(/^(?:\.\/)+/, "")),
    },
  };
}

function refuseMixture(config: ImageConfig): void {
  const beside = [
    config.image !== undefined && "image",
    (config.systemPackages?.length ?? 0) > 0 && "system_packages",
    config.pythonLock !== undefined && "python_lock",
  ].filter((key) => key !== false);
  if (beside.length === 0) return;
  throw new UserError("image_ambiguous", {
    what: "Cannot tell which image to use",
    why: `the environment has a Dockerfile (build) and also ${beside.join(" and ")}`,
    fix: [`say it in the Dockerfile and remove ${beside.join(" and ")}`, "remove `build`"],
  });
}

function folder(path: string): RelativePath | "" {
  const bare = path.replace(/^(?:\.\/)+/, "").replace(/\/+$/, "");
  return bare === "" || bare === "." ? "" : parseRelativePath(bare);
}
