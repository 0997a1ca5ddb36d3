// SPDX-License-Identifier: Apache-2.0
// What a note can be given beside its text: a template, a keyword, an encounter, an own template made of it.
import { useSignal } from "@preact/signals";
import type { Encounter } from "@fhir";
import { useLists } from "../chart/model.ts";
import { encounterTitle, encounterUnit } from "../chart/sections/EncountersSection.tsx";
import { showDate } from "../i18n/format.ts";
import { setting } from "../me/settings.ts";
import type { Editor } from "./editor.ts";
import { SOKORD } from "./sokord.ts";
import { isName, TEMPLATES, type Template } from "./templates.ts";
import { ownUnit } from "./people.ts";
import { endShared, share, unitTemplates } from "./unitTemplates.ts";
import { n } from "./words.ts";

const OWN_MAX = 100;

/** The user's own templates; another page's that have come meanwhile are kept too. */
export const ownTemplates = setting<readonly Template[]>("note-templates", [], (mine, theirs) => [...mine, ...theirs.filter((t) => !mine.some((m) => m.name === t.name))]);

export function TemplatePicker({ editor }: { editor: Editor }) {
  const own = ownTemplates.value.filter((one) => one.parts !== undefined);
  const unit = unitTemplates.value.map((one) => one.template).filter((one) => one.parts !== undefined && !own.some((mine) => mine.name === one.name));
  const given = TEMPLATES.filter((one) => one.parts !== undefined && !unit.some((other) => other.name === one.name));
  return (
    <div class="note-templates" role="group" aria-label={n.value.templates}>
      {[...own, ...unit, ...given].map((one) => (
        <button key={`${one.own === true}${one.name}`} type="button" class="button button-small" onClick={() => editor.useTemplate(one)}>
          {one.title}<span class="note-dot" aria-hidden="true">.{one.name}</span>
        </button>
      ))}
    </div>
  );
}

export function KeywordPicker({ editor }: { editor: Editor }) {
  const there = new Set(editor.note.value.parts.map((p) => p.keyword));
  const last = editor.note.value.parts[editor.note.value.parts.length - 1]?.key ?? "";
  return (
    <label class="note-choice">{n.value.addKeyword}
      <select value="" onChange={(event) => { const code = event.currentTarget.value; event.currentTarget.value = ""; if (code !== "") editor.goTo(code, last); }}>
        <option value="">{n.value.choose}</option>
        {SOKORD.filter((one) => !there.has(one.code)).map((one) => <option key={one.code} value={one.code}>{one.title}</option>)}
      </select>
    </label>
  );
}

const ENCOUNTERS_MAX = 20;

export function useEncounters(): readonly Encounter[] {
  const chart = useLists("encounters");
  return chart.lists.encounters.items.value.filter((e) => e.status !== "cancelled" && e.status !== "entered-in-error").slice(0, ENCOUNTERS_MAX);
}

export function EncounterPicker({ editor, encounters }: { editor: Editor; encounters: readonly Encounter[] }) {
  const chart = useLists("encounters");
  const shown = (e: Encounter) => [encounterTitle(e), encounterUnit(e, chart), showDate(e.period?.start)].filter((text) => text !== "").join(", ");
  return (
    <label class="note-choice">{n.value.encounter}
      <select value={editor.encounter.value} onChange={(event) => editor.choose(event.currentTarget.value)}>
        <option value="">{n.value.noEncounter}</option>
        {encounters.map((e) => <option key={e.id} value={`Encounter/${e.id ?? ""}`}>{shown(e)}</option>)}
      </select>
    </label>
  );
}

/** Makes the note an own template, and takes own templates away. */
export function OwnTemplates({ editor }: { editor: Editor }) {
  const name = useSignal("");
  const texts = useSignal(false);
  const said = useSignal("");
  const keep = () => {
    const wanted = name.value.trim().replace(/^\./, "").toLowerCase();
    if (!isName(wanted)) return void (said.value = n.value.keepWrong);
    const fresh: Template = { ...editor.asTemplate(wanted, texts.value), own: true };
    ownTemplates.value = [fresh, ...ownTemplates.value.filter((one) => one.name !== wanted)].slice(0, OWN_MAX);
    said.value = n.value.keepDone(wanted);
    name.value = "";
  };
  const told = async (asked: Promise<string>, done: string) => { name.value = ""; said.value = (await asked) || done; };
  const taken = ownTemplates.value.some((one) => one.name === name.value.trim().replace(/^\./, "").toLowerCase());
  return (
    <fieldset class="note-own">
      <legend>{n.value.ownTemplates}</legend>
      <label>{n.value.keepName}
        <input type="text" value={name.value} maxLength={41} autocomplete="off" onInput={(event) => (name.value = event.currentTarget.value)} />
      </label>
      <label class="check"><input type="checkbox" checked={texts.value} onChange={(event) => (texts.value = event.currentTarget.checked)} /><span>{n.value.keepText}</span></label>
      <button type="button" class="button button-small" onClick={keep}>{n.value.keep}</button>
      <p role="status">{said.value !== "" && name.value === "" ? said.value : taken ? n.value.keepTaken(name.value.trim()) : said.value}</p>
      <ul class="note-own-list">
        {ownTemplates.value.map((one) => (
          <li key={one.name}>.{one.name} <span class="hint">{one.title}</span> <button type="button" class="button button-small" onClick={() => (ownTemplates.value = ownTemplates.value.filter((o) => o.name !== one.name))}>{n.value.removeTemplate(one.name)}</button>{ownUnit.value === undefined ? null : <> <button type="button" class="button button-small" onClick={() => void told(share(one), n.value.shared(one.name))}>{n.value.shareTemplate(one.name)}</button></>}</li>
        ))}
      </ul>
      {unitTemplates.value.length === 0 ? null : (
        <>
          <p>{n.value.unitTemplates}</p>
          <ul class="note-own-list">
            {unitTemplates.value.map((one) => <li key={one.held.id}>.{one.template.name} <span class="hint">{[one.template.title, one.by].filter((text) => text !== "").join(" · ")}</span> <button type="button" class="button button-small" onClick={() => void told(endShared(one), n.value.sharedEnded(one.template.name))}>{n.value.endShared(one.template.name)}</button></li>)}
          </ul>
        </>
      )}
    </fieldset>
  );
}
