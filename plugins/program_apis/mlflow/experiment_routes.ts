import type { Message } from "./message.ts";
import { invalid, Refusal } from "./refusal.ts";
import { nextPage, pageOf } from "./pages.ts";
import type { Experiment } from "./experiments.ts";
import { type FieldValues, parseFilter } from "./search_filter.ts";
import type { Routes, Serving } from "./serving.ts";
import { parseSortKey, sorted } from "./sort_order.ts";
import { readView } from "./view.ts";
import { readEntries, wireExperiment } from "./wire.ts";

/** Experiments are only what the program sees: aero's own are projects. */
export const EXPERIMENT_ROUTES: Routes = {
  "GET experiments/get-by-name": ({ book }, message) => ({
    experiment: wireExperiment(book.experiments.getByName(message.wantedText("experiment_name"))),
  }),
  "GET experiments/get": ({ book }, message) => ({ experiment: wireExperiment(wanted(book, message)) }),
  "POST experiments/create": ({ book }, message) => {
    const tags = readEntries(message.messages("tags"));
    const name = message.wantedText("name");
    for (const [key, value] of tags) book.room.take(key, value);
    const experiment = book.experiments.create(name);
    for (const [key, value] of tags) experiment.tags.set(key, value);
    return { experiment_id: experiment.id };
  },
  "POST experiments/update": ({ book, now }, message) => {
    const experiment = wanted(book, message);
    const name = message.wantedText("new_name");
    if ((book.experiments.byName(name) ?? experiment) !== experiment) {
      throw new Refusal("RESOURCE_ALREADY_EXISTS", `Experiment '${name}' already exists.`);
    }
    book.room.take(name);
    Object.assign(experiment, { name, updatedAt: now() });
    return {};
  },
  "POST experiments/delete": ({ book, now }, message) => {
    Object.assign(wanted(book, message), { lifecycle: "deleted", updatedAt: now() });
    return {};
  },
  "POST experiments/restore": ({ book, now }, message) => {
    Object.assign(wanted(book, message), { lifecycle: "active", updatedAt: now() });
    return {};
  },
  "POST experiments/set-experiment-tag": ({ book }, message) => {
    const experiment = wanted(book, message);
    const key = message.wantedText("key"), value = message.text("value") ?? "";
    book.room.take(key, value);
    experiment.tags.set(key, value);
    return {};
  },
  "POST experiments/delete-experiment-tag": ({ book }, message) => {
    const experiment = wanted(book, message), key = message.wantedText("key");
    if (!experiment.tags.delete(key)) {
      throw invalid(`No tag with name: ${key} in experiment ${experiment.id}`);
    }
    return {};
  },
  "POST experiments/search": search,
  "GET experiments/search": search,
};

function wanted(book: Serving["book"], message: Message): Experiment {
  return book.experiments.get(message.wantedText("experiment_id"));
}

function search({ book }: Serving, message: Message) {
  const filter = parseFilter(message.text("filter"));
  const keys = message.texts("order_by").map(parseSortKey);
  const shows = readView(message, "view_type");
  const found = book.experiments.all().toReversed()
    .filter((experiment) => shows(experiment.lifecycle) && filter(valuesOf(experiment)));
  const { items, next } = pageOf(sorted(found, keys, valuesOf), message, 1000, 50_000);
  return { experiments: items.map(wireExperiment), ...nextPage(next) };
}

function valuesOf(experiment: Experiment): FieldValues {
  return ({ kind, key }) => {
    if (kind === "tag") return one(experiment.tags.get(key));
    if (kind !== "attribute") throw invalid(`Experiments have no ${kind}s to search for`);
    switch (key) {
      case "name":
        return [experiment.name];
      case "experiment_id":
        return [Number(experiment.id)];
      case "creation_time":
        return [experiment.createdAt];
      case "last_update_time":
        return [experiment.updatedAt];
      default:
        throw invalid(`Experiments have no attribute '${key}' to search for`);
    }
  };
}

function one(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}
