// SPDX-License-Identifier: Apache-2.0
// The user's own choices, kept in the browser. Never anything about a patient.
import { signal } from "@preact/signals";

type Name = "language" | "singleKeys";
const PREFIX = "helhet.";

export function readSetting(name: Name): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null; // storage switched off: the choices live as long as the page
  }
}

export function writeSetting(name: Name, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // see readSetting
  }
}

/** Shortcuts of one key without Ctrl or Alt (WCAG 2.1.4 asks that they can be switched off). */
export const singleKeys = signal(readSetting("singleKeys") !== "off");

export function setSingleKeys(on: boolean): void {
  singleKeys.value = on;
  writeSetting("singleKeys", on ? "on" : "off");
}
