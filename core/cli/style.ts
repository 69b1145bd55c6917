/** How results are laid out for people. Colour never carries meaning alone. */
export interface Style {
  readonly colour: boolean;
  /** Width in cells that lines have to fit; absent where nothing may be cut (a file, a pipe). */
  readonly columns?: number;
  readonly now: () => Date;
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** Makes a style; without `colour` every method gives its text back. */
export function makeStyle(
  options: { readonly colour: boolean; readonly columns?: number; readonly now: () => Date },
): Style {
  const wrap = (on: number, off: number) => (text: string) =>
    options.colour && text !== "" ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return {
    ...options,
    bold: wrap(1, 22),
    dim: wrap(2, 22),
    red: wrap(31, 39),
    green: wrap(32, 39),
    yellow: wrap(33, 39),
    cyan: wrap(36, 39),
  };
}

/** How `--color` was given. */
export type ColourChoice = "auto" | "always" | "never";

/**
 * Whether to colour a stream: an explicit choice wins, then `NO_COLOR` (https://no-color.org: any value but an empty
 * one), then `TERM=dumb`, then whether it is a terminal.
 */
export function wantsColour(
  choice: ColourChoice,
  isTerminal: boolean,
  env: Readonly<Record<string, string>>,
): boolean {
  if (choice !== "auto") return choice === "always";
  if ((env.NO_COLOR ?? "") !== "" || env.TERM === "dumb") return false;
  return isTerminal;
}
