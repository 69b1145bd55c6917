import type { JsonObject } from "../model/json.ts";
import type { LoggedFacts, LoggedInput, RunLogged } from "../model/logged.ts";
import { filledText, json, listOf, mapOf, object, optional, type Shape, text } from "./shape.ts";

const inputs = listOf(
  object<LoggedInput>({ name: text, url: optional(text), digest: optional(text) }),
);

const textOrNull: Shape<string | null> = {
  check(value, at, faults) {
    if (value !== null) text.check(value, at, faults);
  },
};

/** The shape of what a program says of its run at one moment. */
export const loggedFactsShape: Shape<LoggedFacts> = object<LoggedFacts>({
  params: optional(json<JsonObject>(true)),
  tags: optional(mapOf(textOrNull, filledText)),
  note: optional(text),
  inputs: optional(inputs),
});

/** The shape of all that a program said of its run. */
export const loggedShape: Shape<RunLogged> = object<RunLogged>({
  params: json<JsonObject>(true),
  tags: mapOf(text, filledText),
  note: optional(filledText),
  inputs,
});
