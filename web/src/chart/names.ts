// SPDX-License-Identifier: Apache-2.0
// Names of the people, units and medications that references point at without saying what they are called. What the
// server sent along is used; the rest is asked for, many at a time, after the screen has been drawn.
import { signal } from "@preact/signals";
import type { Resource } from "@fhir";
import { isType, search } from "../fhir/client.ts";
import { conceptsText, conceptText, currentName, nameText } from "../fhir/text.ts";

const ASKED_TYPES = ["Practitioner", "PractitionerRole", "Organization", "Location", "Medication"] as const;
type AskedType = (typeof ASKED_TYPES)[number];
const BATCH_MAX = 50;

export class Names {
  private readonly known = signal<ReadonlyMap<string, string>>(new Map());
  private readonly asked = new Set<string>();
  private waiting: string[] = [];

  constructor(private readonly abort: AbortSignal) {}

  of(reference: string): string {
    const name = this.known.value.get(reference);
    if (name === undefined) this.want(reference);
    return name ?? "";
  }

  /** Asked for and not answered yet. */
  awaits(reference: string): boolean {
    return !this.known.value.has(reference) && this.asked.has(reference);
  }

  learn(resources: readonly Resource[]): void {
    if (resources.length === 0) return;
    const names = new Map(this.known.peek());
    for (const resource of resources) names.set(`${resource.resourceType}/${resource.id ?? ""}`, this.nameIn(resource));
    this.known.value = names;
  }

  private nameIn(resource: Resource): string {
    if (isType(resource, "Practitioner")) return nameText(currentName(resource.name));
    if (isType(resource, "Organization") || isType(resource, "Location")) return resource.name ?? "";
    if (isType(resource, "Medication")) return conceptText(resource.code);
    if (isType(resource, "PractitionerRole")) return [resource.practitioner?.display, conceptsText(resource.code)].filter((p) => p !== undefined && p !== "").join(", ");
    return "";
  }

  private want(reference: string): void {
    if (this.asked.has(reference)) return;
    this.asked.add(reference);
    if (this.waiting.length === 0) setTimeout(() => this.askAll(), 0);
    this.waiting.push(reference);
  }

  private askAll(): void {
    const wanted = this.waiting;
    this.waiting = [];
    for (const type of ASKED_TYPES) {
      const ids = wanted.filter((r) => r.startsWith(`${type}/`)).map((r) => r.slice(type.length + 1).replace(/\/_history\/.*$/, ""));
      for (let i = 0; i < ids.length; i += BATCH_MAX) void this.ask(type, ids.slice(i, i + BATCH_MAX));
    }
  }

  /** A name that cannot be had leaves its place empty; the reference itself stays in the record. */
  private async ask(type: AskedType, ids: readonly string[]): Promise<void> {
    try {
      const page = await search(type, [["_id", ids.join(",")], ["_count", String(BATCH_MAX)]], this.abort);
      this.learn(page.matches);
    } catch {
      // Its place stays empty.
    }
    const names = new Map(this.known.peek());
    for (const reference of ids.map((id) => `${type}/${id}`)) if (!names.has(reference)) names.set(reference, "");
    this.known.value = names;
  }
}
