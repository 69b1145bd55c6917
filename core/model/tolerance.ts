/** A difference that still counts as the same: in the metric's own unit, or as a part of the original's value. */
export type Tolerance =
  | { readonly kind: "absolute"; readonly by: number }
  | { readonly kind: "relative"; readonly by: number };
