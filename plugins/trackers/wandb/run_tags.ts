/** A tag as W&B takes it: of at most 64 characters; one that is cut ends with an ellipsis. */
export function tagText(tag: string): string {
  return cut(tag, 64);
}

/** A text of at most so many characters; one that is cut ends with an ellipsis. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
