// SPDX-License-Identifier: Apache-2.0
// A note that is being written: its text, what it is kept as until it is in the record, and its way there.
import { signal } from "@preact/signals";
import type { Composition, Reference } from "@fhir";
import { FhirError } from "../fhir/error.ts";
import { newKey } from "../ids/key.ts";
import { dropDraft, keepDraft } from "../write/drafts.ts";
import { Conflict, create, update, type Writing } from "../write/write.ts";
import { itemPath } from "../app/route.ts";
import { isSigned } from "./marks.ts";
import { asking, compose, draftOf, emptyNote, hasText, isBlank, part, signed, withReason, withTemplate, type DraftNote, type Note, type Part, type Who } from "./note.ts";
import { isOpen, ownUnit, self } from "./people.ts";
import { markDone } from "./queue.ts";
import { n } from "./words.ts";
import type { Dotted, Phrase, Template } from "./templates.ts";

export const DRAFT_KIND = "note";
/** The draft of a change of a note that is in the record. */
export const draftIdOf = (id: string) => `note-${id}`;

/** Local time with its offset, as FHIR wants it. */
export function localTime(at = new Date()): string {
  const offset = -at.getTimezoneOffset();
  const two = (value: number) => String(Math.floor(Math.abs(value))).padStart(2, "0");
  const shifted = new Date(at.getTime() + offset * 60_000).toISOString().slice(0, 19);
  return `${shifted}${offset < 0 ? "-" : "+"}${two(offset / 60)}:${two(offset % 60)}`;
}

export interface Start { note: Note; base: Composition | null; encounter: string; reason: string }
export type Deed = "sign" | "ready";

export class Editor {
  readonly note = signal<Note>(emptyNote());
  readonly base = signal<Composition | null>(null);
  readonly reason = signal("");
  readonly encounter = signal("");
  /** The writer has said which one, or none. */
  chosen = false;
  readonly signer = signal<Who | null>(null);
  /** undefined: as the note says already. */
  readonly counter = signal<Who | null | undefined>(undefined);
  readonly busy = signal<Deed | "">("");
  readonly failure = signal<unknown>(null);
  readonly conflict = signal<{ theirs: Composition | null } | null>(null);
  /** Told to screen readers, and shown. */
  readonly said = signal("");
  /** The part that is to have focus, and where its caret is to stand. */
  readonly focus = signal<{ key: string; caret: number } | null>(null);
  /** Something has been written since it was opened. */
  readonly touched = signal(false);
  /** What was sent and never answered: sent again as it is, with its own key. */
  private unsure: { of: Note; deed: Deed; composition: Composition; key: string } | null = null;

  constructor(readonly patient: string, readonly draft: string, start: Start | null) {
    if (start === null) return;
    this.note.value = start.note;
    this.base.value = start.base;
    this.encounter.value = start.encounter;
    this.reason.value = start.reason;
  }

  get isCorrection(): boolean {
    const base = this.base.value;
    return base !== null && isSigned(base);
  }

  change(note: Note): void {
    this.note.value = note;
    this.touched.value = true;
    this.keep();
  }

  choose(encounter: string): void {
    this.encounter.value = encounter;
    this.chosen = true;
    this.keep();
  }

  /** At each change, so that at most a second of writing can be lost. */
  keep(): void {
    keepDraft<DraftNote>({ id: this.draft, kind: DRAFT_KIND, patient: this.patient, title: this.note.peek().title, content: draftOf(this.note.peek(), this.base.peek(), this.encounter.peek(), this.reason.peek()) });
  }

  private parts(change: (parts: readonly Part[]) => readonly Part[]): void {
    this.change({ ...this.note.peek(), parts: change(this.note.peek().parts) });
  }

  setText(key: string, text: string): void {
    this.parts((all) => all.map((p) => (p.key === key ? { ...p, text } : p)));
  }

  at(key: string): number {
    return this.note.peek().parts.findIndex((p) => p.key === key);
  }

  move(key: string, step: 1 | -1): boolean {
    const next = this.note.peek().parts[this.at(key) + step];
    if (next === undefined) return false;
    this.focus.value = { key: next.key, caret: next.text.length };
    return true;
  }

  /** To the section of that keyword; a new one after `after` when there is none. */
  goTo(keyword: string, after: string): void {
    const there = this.note.peek().parts.find((p) => p.keyword === keyword);
    const fresh = there ?? part(keyword);
    if (there === undefined) this.parts((all) => all.flatMap((p) => (p.key === after ? [p, fresh] : [p])).concat(all.some((p) => p.key === after) ? [] : [fresh]));
    this.said.value = fresh.title;
    this.focus.value = { key: fresh.key, caret: fresh.text.length };
  }

  /** Only what is empty, and never the last one. */
  remove(key: string): boolean {
    const all = this.note.peek().parts;
    const gone = all[this.at(key)];
    if (gone === undefined || all.length < 2 || gone.text !== "") return false;
    const next = all[this.at(key) - 1] ?? all[1]!;
    this.parts((parts) => parts.filter((p) => p.key !== key));
    this.focus.value = { key: next.key, caret: next.text.length };
    return true;
  }

  useTemplate(template: Template): void {
    if (template.parts === undefined) return;
    const before = this.note.peek();
    const note = withTemplate(before, template);
    this.change(note);
    const first = note.parts.find((p) => !before.parts.includes(p)) ?? note.parts[0];
    if (first !== undefined) this.focus.value = { key: first.key, caret: first.text.length };
    this.said.value = n.value.inserted(template.title);
  }

  /** Puts in what a dot-phrase stands for, in its place. */
  expand(key: string, dotted: Dotted, phrase: Phrase): void {
    const text = this.note.peek().parts[this.at(key)]?.text ?? "";
    const [before, after] = [text.slice(0, dotted.start), text.slice(dotted.end)];
    const put = phrase.template?.text ?? "";
    this.setText(key, before + put + after);
    this.said.value = n.value.inserted(phrase.title);
    if (phrase.keyword !== undefined) this.goTo(phrase.keyword, key);
    else if (phrase.template?.parts !== undefined) this.useTemplate(phrase.template);
    else this.focus.value = { key, caret: before.length + put.length };
  }

  /** The note as a template: its keywords, and its texts when wanted. */
  asTemplate(name: string, texts: boolean): Template {
    const { title, type, parts } = this.note.peek();
    const loinc = type.coding?.[0];
    const used = parts.filter((p) => p.keyword !== "anteckning" || !isBlank(p.text));
    return {
      name, title,
      ...(loinc?.code === undefined ? {} : { loinc: [loinc.code, loinc.display ?? ""] as const }),
      parts: (used.length === 0 ? parts : used).map((p) => ({ keyword: p.keyword === "" ? p.title : p.keyword, ...(texts && !isBlank(p.text) ? { text: p.text } : {}) })),
    };
  }

  private composed(deed: Deed): Composition {
    const unit = ownUnit.peek();
    const encounter = this.encounter.peek();
    const about = {
      patient: { reference: `Patient/${this.patient}` }, author: self.peek(), date: localTime(),
      ...(encounter === "" ? {} : { encounter: { reference: encounter } }),
      ...(unit === undefined ? {} : { custodian: { ...unit } as Reference }),
    };
    const base = this.base.peek();
    const counter = this.counter.peek();
    let c = compose(this.note.peek(), about, base);
    if (base !== null && isSigned(base)) c = withReason(c, this.reason.peek());
    if (counter !== undefined) c = asking(c, "professional", counter);
    if (deed === "sign") return signed(c, self.peek(), localTime());
    const signer = this.signer.peek() ?? (isOpen.peek() ? null : self.peek());
    return asking(c, "legal", signer);
  }

  private writing(deed: Deed, key: string): Writing {
    const { done } = n.value;
    const base = this.base.peek();
    const title = deed === "ready" ? done.ready : this.isCorrection ? done.corrected : done.signed;
    return { patient: this.patient, title: `${title}: ${this.note.peek().title}`, key, ...(base?.id === undefined ? {} : { link: itemPath(this.patient, "anteckningar", base.id) }) };
  }

  /** Into the record. The id of the note there, or null when it did not come there; why is then told here. */
  async finish(deed: Deed): Promise<string | null> {
    if (this.busy.peek() !== "") return null;
    if (!hasText(this.note.peek())) {
      this.said.value = n.value.nothing;
      return null;
    }
    const of = this.note.peek();
    const again = this.unsure?.of === of && this.unsure.deed === deed ? this.unsure : null;
    const sent = again ?? { of, deed, composition: this.composed(deed), key: newKey() };
    this.busy.value = deed;
    this.failure.value = null;
    this.unsure = null;
    try {
      const how = this.writing(deed, sent.key);
      const { resource } = this.base.peek() === null ? await create(sent.composition, how) : await update(sent.composition, how);
      dropDraft(this.draft);
      markDone(resource.id ?? "");
      return resource.id ?? null;
    } catch (error) {
      if (error instanceof Conflict) this.conflict.value = { theirs: error.theirs as Composition | null };
      else {
        this.failure.value = error;
        if (error instanceof FhirError && (error.status === 0 || error.status >= 500)) this.unsure = sent;
      }
      return null;
    } finally {
      this.busy.value = "";
    }
  }

  /** What was chosen out of two versions goes on as a change of the one that stands. */
  settle(note: Note, theirs: Composition): void {
    this.base.value = theirs;
    this.conflict.value = null;
    this.change(note);
  }

  discard(): void {
    dropDraft(this.draft);
  }
}
