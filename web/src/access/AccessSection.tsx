// SPDX-License-Identifier: Apache-2.0
// The part of a chart that answers "why do I not see everything?": each kind of record, whether it is shown, by which
// rule, and what one can do; what is in force now; and, on a second step, the blocks. For a patient: who may read.
import { useLayoutEffect, useRef } from "preact/hooks";
import { route } from "../app/route.ts";
import { useChart } from "../chart/model.ts";
import { isProtected } from "../fhir/text.ts";
import { showDateTime } from "../i18n/format.ts";
import { t, word } from "../i18n/index.ts";
import { Badge } from "../ui/Badge.tsx";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { Ways } from "./AccessLine.tsx";
import { opensBlocks, rules, type Block, type Explained, type Grant, type Rule } from "./explained.ts";
import { OwnAccess } from "./OwnAccess.tsx";
import { deedPath, showUntil } from "./words.ts";

export function AccessSection() {
  const { sight } = useChart();
  const status = sight.status.value;
  const explained = sight.explained.value;
  if (status === "own") return <OwnAccess />;
  if (status === "refused") return <p>{t.value.access.refused}</p>;
  if (status === "failed") return <FailureBox heading={t.value.access.failed} text={failureText(sight.error.value)} retry={() => void sight.load()} />;
  if (explained === null) return status === "open" ? null : <SectionSkeleton />;
  return (
    <>
      <Why explained={explained} />
      <InForce explained={explained} />
      <Blocks explained={explained} />
    </>
  );
}

function Why({ explained }: { explained: Explained }) {
  const patient = useChart().patient.value;
  return (
    <>
      <h3 class="group">{t.value.access.why}</h3>
      <ul class="rows">{rules(explained, patient !== null && isProtected(patient)).map((rule) => <RuleRow key={rule.name} rule={rule} />)}</ul>
    </>
  );
}

function RuleRow({ rule }: { rule: Rule }) {
  const a = t.value.access;
  return (
    <li class="row">
      <div class="row-when"><Badge tone={rule.seen ? "good" : "warn"} icon={rule.seen ? "check" : "lock"} text={rule.seen ? a.seen : a.unseen} /></div>
      <div>
        <h4>{a.rules[rule.name].name}</h4>
        <p>{a.because[rule.because]} <span class="quiet nowrap-block">{a.laws[rule.name]}</span></p>
        {rule.ways.length === 0 ? null : <Ways ways={rule.ways} />}
        {rule.ways.length === 0 && !rule.seen && ["noRelation", "noChoice", "noConsent", "noChoiceNorConsent", "blocked"].includes(rule.because) ? <p class="quiet">{a.roleMayNot}</p> : null}
      </div>
    </li>
  );
}

/** The row that an address points at, for receipts. */
function useChosen(id: string) {
  const row = useRef<HTMLLIElement>(null);
  const now = route.value;
  const chosen = now.screen === "patient" && now.detail === id;
  useLayoutEffect(() => {
    if (!chosen) return;
    row.current?.scrollIntoView({ block: "center" });
    row.current?.focus({ preventScroll: true });
  }, [chosen]);
  return { row, chosen };
}

interface GrantProps { grant: Grant; title: string; end: string; kind?: string | undefined; lift?: string | undefined }

export function GrantRow({ grant, title, end, kind, lift }: GrantProps) {
  const { id } = useChart();
  const { row, chosen } = useChosen(grant.id);
  const a = t.value.access;
  return (
    <li ref={row} class={`row${chosen ? " chosen" : ""}`} tabIndex={-1}>
      <div class="row-when">{grant.to === undefined ? a.from(showDateTime(grant.from)) : showUntil(grant.to)}</div>
      <div>
        <h4>{title}{kind === undefined ? null : <Badge text={kind} />}{grant.review ? <Badge tone="danger" icon="warning" text={a.reviewed} /> : null}{grant.kind === "block" && grant.outer ? <Badge text={a.outer} /> : null}</h4>
        {grant.reason === "" ? null : <p>{a.reasonWas(grant.reason)}</p>}
        {grant.to === undefined ? null : <p class="quiet">{a.from(showDateTime(grant.from))}</p>}
        <p class="ways"><a class="button button-small" href={deedPath(id, grant.kind === "block" ? "hav-sparr" : "avsluta", grant.id)}>{end}</a>{lift === undefined ? null : <a class="button button-small" href={deedPath(id, "oppna-sparr", grant.id)}>{lift}</a>}</p>
      </div>
    </li>
  );
}

function InForce({ explained }: { explained: Explained }) {
  const a = t.value.access;
  return (
    <>
      <h3 class="group">{a.now}</h3>
      {explained.grants.length === 0 ? <p class="empty">{a.nothingNow}</p> : <ul class="rows">{explained.grants.map((g) => <GrantRow key={g.id} grant={g} title={word(a.kinds, g.kind)} end={a.end} />)}</ul>}
      {explained.may.has("consent") ? <DeedLink deed="samtycke" /> : null}
    </>
  );
}

function DeedLink({ deed }: { deed: "samtycke" | "sparr" }) {
  const { id } = useChart();
  return <p class="more"><a class="button button-small" href={deedPath(id, deed)}>{t.value.access.deeds[deed].link}</a></p>;
}

function Blocks({ explained }: { explained: Explained }) {
  const { sight } = useChart();
  const heading = useRef<HTMLHeadingElement>(null);
  const open = opensBlocks(explained);
  const a = t.value.access;
  const now = route.value;
  const asked = now.screen === "patient" && now.detail === "sparrar";
  useLayoutEffect(() => {
    if (!asked) return;
    heading.current?.scrollIntoView({ block: "center" });
    heading.current?.focus({ preventScroll: true });
  }, [asked]);
  const reveal = () => void sight.reveal().then(() => heading.current?.focus());
  return (
    <>
      <h3 class="group" ref={heading} tabIndex={-1}>{a.blocks}</h3>
      <p>{explained.blocked ? <><Icon name="lock" /> {open ? a.blockedOpen : a.blockedExists}</> : a.blockedNone}</p>
      {explained.blocks === null ? <><p class="hint">{a.blocksHint}</p><p class="more"><button type="button" class="button button-small" onClick={reveal}>{a.reveal}</button></p></> : null}
      {explained.blocks !== null && explained.blocks.length === 0 ? <p class="empty">{a.noBlocks}</p> : null}
      {explained.blocks === null || explained.blocks.length === 0 ? null : <ul class="rows">{explained.blocks.map((b) => <BlockRow key={b.id} block={open ? { ...b, hides: false } : b} may={explained.may.has("block")} />)}</ul>}
      {explained.may.has("block") ? <DeedLink deed="sparr" /> : null}
    </>
  );
}

function BlockRow({ block, may }: { block: Block; may: boolean }) {
  const chart = useChart();
  const { row, chosen } = useChosen(block.id);
  const a = t.value.access;
  return (
    <li ref={row} class={`row${chosen ? " chosen" : ""}`} tabIndex={-1}>
      <div class="row-when"><Badge tone={block.hides ? "warn" : "quiet"} icon={block.hides ? "lock" : "check"} text={block.hides ? a.hidesYou : a.notYou} /></div>
      <div>
        <h4>{chart.nameOf({ reference: block.organization }) || t.value.common.loading}{block.outer ? <Badge text={a.outer} /> : null}</h4>
        {may ? (
          <p class="ways">
            {block.hides ? <a class="button button-small" href={deedPath(chart.id, "oppna-sparr", block.id)}>{a.deeds["oppna-sparr"].link}</a> : null}
            <a class="button button-small" href={deedPath(chart.id, "hav-sparr", block.id)}>{a.deeds["hav-sparr"].link}</a>
          </p>
        ) : null}
      </div>
    </li>
  );
}
