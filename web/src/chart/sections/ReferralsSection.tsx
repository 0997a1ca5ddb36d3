// SPDX-License-Identifier: Apache-2.0
import type { ServiceRequest, Task } from "@fhir";
import { conceptsText, conceptText, newestFirst, shownCode } from "../../fhir/text.ts";
import { showDate, showDateTime } from "../../i18n/format.ts";
import { t, word } from "../../i18n/index.ts";
import { Badge, type Tone } from "../../ui/Badge.tsx";
import { ListFrame, MoreButton } from "../ListFrame.tsx";
import { useChart, useLists } from "../model.ts";
import { ClinicalText, Comments, Fact } from "../Parts.tsx";

const TONES: Readonly<Record<string, Tone>> = { active: "info", "on-hold": "warn", draft: "quiet", revoked: "quiet", completed: "good", "entered-in-error": "warn" };

/** The newest task about the referral tells where it is; without one the referral's own status does. */
function taskOf(referral: ServiceRequest, tasks: readonly Task[]): Task | undefined {
  return newestFirst(tasks.filter((task) => task.focus?.reference === `ServiceRequest/${referral.id}`), (task) => task.lastModified ?? "")[0];
}

export function referralState(referral: ServiceRequest, tasks: readonly Task[]): string {
  const task = taskOf(referral, tasks);
  if (task === undefined) return word(t.value.referral.statuses, referral.status);
  return conceptText(task.businessStatus) || word(t.value.referral.tasks, task.status);
}

export function referralTitle(referral: ServiceRequest): string {
  return conceptText(referral.code) || conceptsText(referral.category) || t.value.referral.what;
}

export function ReferralsSection() {
  const { referrals, tasks } = useLists("referrals", "tasks").lists;
  return (
    <ListFrame names={["referrals", "tasks"]} empty={t.value.empty.remisser} isEmpty={referrals.items.value.length === 0}>
      <ul class="rows">{newestFirst(referrals.items.value, (r) => r.authoredOn ?? "").map((r) => <ReferralRow key={r.id} referral={r} tasks={tasks.items.value} />)}</ul>
      <MoreButton names={["referrals"]} />
    </ListFrame>
  );
}

function ReferralRow({ referral: r, tasks }: { referral: ServiceRequest; tasks: readonly Task[] }) {
  const chart = useChart();
  const w = t.value.referral;
  const task = taskOf(r, tasks);
  const code = shownCode(r.code)?.code;
  const to = [conceptText(r.performerType), ...(r.performer ?? []).map((p) => chart.nameOf(p))].filter((n) => n !== "").join(", ");
  return (
    <li class="row" tabIndex={-1} data-row>
      <div class="row-when num">{showDate(r.authoredOn)}</div>
      <div class="row-what">
        <h3>
          {referralTitle(r)}{code === undefined ? null : <span class="code">{code}</span>}
          <Badge tone={TONES[r.status] ?? "plain"} text={referralState(r, tasks)} />
          {r.priority === undefined || r.priority === "routine" ? null : <Badge tone="warn" icon="warning" text={word(w.priorities, r.priority)} />}
        </h3>
        <dl class="facts">
          <Fact term={w.from}>{chart.nameOf(r.requester)}</Fact>
          <Fact term={w.to}>{to}</Fact>
          <Fact term={w.question}>{[conceptsText(r.reasonCode), ...(r.reasonReference ?? []).map((c) => chart.nameOf(c))].filter((n) => n !== "").join(", ")}</Fact>
          <Fact term={w.state}>{task?.lastModified === undefined ? "" : `${referralState(r, tasks)}, ${showDateTime(task.lastModified)}`}</Fact>
          <Fact term={w.performedBy}>{task === undefined ? "" : chart.nameOf(task.owner)}</Fact>
        </dl>
        {(r.note ?? []).map((note, i) => <ClinicalText key={i} text={note.text} />)}
        {task?.statusReason === undefined ? null : <p class="box box-warn">{conceptText(task.statusReason)}</p>}
        <Comments notes={task?.note} />
      </div>
    </li>
  );
}
