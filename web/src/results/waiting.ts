// SPDX-License-Identifier: Apache-2.0
// How many tasks wait for the user, for the header. null: not known.
import { signal } from "@preact/signals";

export const waitingTasks = signal<number | null>(null);
/** Raised when something has been done about a task, so that the number is asked for anew. */
export const tasksChanged = signal(0);
