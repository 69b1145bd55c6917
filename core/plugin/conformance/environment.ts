import type { ConformanceCase } from "./case.ts";
import { environmentAbort } from "./environment_abort.ts";
import { environmentExits } from "./environment_exits.ts";
import { environmentImages } from "./environment_images.ts";
import { environmentIsolation } from "./environment_isolation.ts";
import { environmentStreams } from "./environment_streams.ts";
import type { EnvironmentSubject } from "./environment_subject.ts";

export type { EnvironmentSubject } from "./environment_subject.ts";

/** What every environment keeps, be it containers or the host. */
export const environmentContract: readonly ConformanceCase<EnvironmentSubject>[] = [
  ...environmentExits,
  ...environmentStreams,
  ...environmentIsolation,
  ...environmentAbort,
  ...environmentImages,
];
