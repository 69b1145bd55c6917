const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

// How these fit together, and why nothing that is referred to is ever removed, stands in core/format/FORMAT.md under
// "Garbage". A shorter window, or answers relied on for longer, break that argument.

/** Age past which what the storage told of presence is asked again; milliseconds. */
export const ANSWER_MS = 12 * HOUR_MS;

/** How long after it was told of presence a writer may still name what it was told of; milliseconds. */
export const RELIANCE_MS = 2 * DAY_MS;

/** Age under which nothing is condemned: its writer is most likely still at work; milliseconds. */
export const YOUNG_MS = DAY_MS;

/** Shortest time between condemning and removing that is safe beside writers; milliseconds. */
export const LEAST_WINDOW_MS = 5 * DAY_MS;

/** Time between condemning and removing, unless someone says another; milliseconds. */
export const WINDOW_MS = 14 * DAY_MS;
