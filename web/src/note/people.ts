// SPDX-License-Identifier: Apache-2.0
// Who writes and signs: the assignment in use, and those at its unit of whom a signature can be asked.
import { computed } from "@preact/signals";
import type { Composition, DocumentReference, PractitionerRole } from "@fhir";
import { isType, search } from "../fhir/client.ts";
import { conceptsText, currentName, nameText } from "../fhir/text.ts";
import { current, session } from "../session/session.ts";
import type { Who } from "./note.ts";
import { n } from "./words.ts";

const ROLE_SYSTEM = "https://helhet.example/fhir/CodeSystem/role";
const UNIT_URL = "https://helhet.example/fhir/StructureDefinition/care-unit";
/** Roles that may sign (definitions/access/roles.json); the server has the last word. */
const SIGNING = new Set(["physician", "nurse", "allied"]);
const STAFF_MAX = 100;

export const self = computed<Who>(() => {
  const now = current.value;
  const name = session.value?.user?.display ?? "";
  if (now !== null) return { reference: now.id, display: [name, now.title].filter((text) => text !== "").join(", ") };
  return session.value?.user === undefined ? { display: n.value.openUser } : { ...session.value.user };
});

/** In the open service nobody is known, and whoever writes there also signs. */
export const maySign = computed(() => session.value?.access !== "on" || SIGNING.has(current.value?.role?.code ?? ""));
export const isOpen = computed(() => session.value?.access !== "on");

export const ownUnit = computed(() => current.value?.unit);

export function unitOf(resource: Composition | DocumentReference): string {
  return resource.meta?.extension?.find((e) => e.url === UNIT_URL)?.valueReference?.reference ?? "";
}

/** Another unit's notes are changed there. What no unit is known of may be changed by who sees it. */
export function isOurs(resource: Composition | DocumentReference): boolean {
  const unit = unitOf(resource);
  return isOpen.value || unit === "" || unit === ownUnit.value?.reference;
}

export function isSelf(who: Who | undefined): boolean {
  const me = self.value.reference;
  const user = session.value?.user?.reference;
  return who?.reference !== undefined && (who.reference === me || who.reference === user);
}

function roleShown(role: PractitionerRole, names: ReadonlyMap<string, string>): Who {
  const name = role.practitioner?.display ?? names.get(role.practitioner?.reference ?? "") ?? "";
  return { reference: `PractitionerRole/${role.id ?? ""}`, display: [name, conceptsText(role.code)].filter((text) => text !== "").join(", ") };
}

/** Everybody at the own unit who may sign, the own assignment left out. */
export const signers = (signal: AbortSignal) => atUnit(signal, (role) => role.code?.some((c) => c.coding?.some((k) => k.system === ROLE_SYSTEM && SIGNING.has(k.code ?? ""))) === true);

/** Everybody at the own unit, the own assignment left out. */
export const colleagues = (signal: AbortSignal) => atUnit(signal, () => true);

async function atUnit(signal: AbortSignal, which: (role: PractitionerRole) => boolean): Promise<Who[]> {
  const unit = ownUnit.peek()?.reference;
  if (unit === undefined) return [];
  const page = await search("PractitionerRole", [["organization", unit], ["active", "true"], ["_include", "PractitionerRole:practitioner"], ["_count", String(STAFF_MAX)]], signal);
  const names = new Map(page.others.flatMap((r) => (isType(r, "Practitioner") ? [[`Practitioner/${r.id ?? ""}`, nameText(currentName(r.name))] as const] : [])));
  return page.matches
    .filter(which)
    .map((role) => roleShown(role, names))
    .filter((who) => who.reference !== self.peek().reference)
    .sort((a, b) => (a.display ?? "").localeCompare(b.display ?? "", "sv"));
}
