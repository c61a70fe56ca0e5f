/** The tags of a task that is open no more. */
export const CLOSED_TAGS: readonly string[] = ["done", "closed", "cancelled"];
