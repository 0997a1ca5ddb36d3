// SPDX-License-Identifier: Apache-2.0
// The list of unsigned notes that the user is going through, oldest first. In memory only.
import { signal } from "@preact/signals";

export interface Waiting { id: string; patient: string }
export const waiting = signal<readonly Waiting[]>([]);
