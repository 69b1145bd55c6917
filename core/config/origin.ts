import type { JsonValue } from "../model/json.ts";

/** Where a value of the config came from, strongest first. */
export type ConfigOrigin =
  | { readonly kind: "flag"; readonly name: string }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "project"; readonly file: string }
  | { readonly kind: "user"; readonly file: string }
  | { readonly kind: "default" };

/** One value that is in force. */
export interface ConfigValue {
  /** Dotted, as files write it: `environment.use`. */
  readonly key: string;
  readonly value: JsonValue;
  readonly origin: ConfigOrigin;
}

/** `variable AERO_STORAGE`, `aero.yaml`, `default`. */
export function originText(origin: ConfigOrigin): string {
  switch (origin.kind) {
    case "flag":
      return `flag ${origin.name}`;
    case "variable":
      return `variable ${origin.name}`;
    case "project":
    case "user":
      return origin.file;
    case "default":
      return "default";
  }
}
