/**
 * The rules of this repository that a linter can hold, for `deno lint`.
 *
 * A rule broken on purpose carries `// deno-lint-ignore aero/<rule>` and the reason.
 */
import { docstring } from "./docstring.ts";
import { envAtTheEdge, noBareError, noExit, pure } from "./effects.ts";
import { fileSize } from "./file_size.ts";
import { layers } from "./layers.ts";
import { fileNames, vendorWords } from "./names.ts";

const plugin: Deno.lint.Plugin = {
  name: "aero",
  rules: {
    "docstring": docstring,
    "layers": layers,
    "env-at-the-edge": envAtTheEdge,
    "pure": pure,
    "no-bare-error": noBareError,
    "no-exit": noExit,
    "file-names": fileNames,
    "vendor-words": vendorWords,
    "file-size": fileSize,
  },
};

export default plugin;
