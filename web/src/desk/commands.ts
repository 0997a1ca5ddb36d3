// SPDX-License-Identifier: Apache-2.0
// What can be done from anywhere with Ctrl+K. A screen adds its commands while it is there and takes them away when it
// goes: useEffect(() => addCommands([...]), []).
import { signal } from "@preact/signals";

export interface Command {
  /** One word, the same each time; another command of the same id takes its place. */
  id: string;
  /** In the language in use. */
  label: () => string;
  /** Other words it can be found by. */
  words?: () => string;
  /** The shortcut that does the same, as shown: "Alt+3". */
  keys?: string;
  /** Only offered when this says so. */
  when?: () => boolean;
  run: () => void;
}

const COMMANDS_MAX = 200;
export const commands = signal<readonly Command[]>([]);

/** Adds them and answers with what takes them away again. */
export function addCommands(added: readonly Command[]): () => void {
  const ids = new Set(added.map((c) => c.id));
  commands.value = [...commands.peek().filter((c) => !ids.has(c.id)), ...added].slice(-COMMANDS_MAX);
  return () => {
    commands.value = commands.peek().filter((c) => !added.includes(c));
  };
}

/** Lower case without accents: "lakem" finds "Läkemedel". */
export function plain(text: string): string {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
}

/** Those in which each word of `text` begins some word, the label's own before its other words. */
export function findCommands(all: readonly Command[], text: string): Command[] {
  const asked = plain(text).split(/\s+/).filter((word) => word !== "");
  const begins = (held: string) => { const words = plain(held).split(/[^\p{L}\p{N}]+/u); return asked.every((a) => words.some((word) => word.startsWith(a))); };
  const offered = all.filter((c) => c.when?.() !== false);
  const first = offered.filter((c) => begins(c.label()));
  return [...first, ...offered.filter((c) => !first.includes(c) && begins(`${c.label()} ${c.words?.() ?? ""}`))];
}
