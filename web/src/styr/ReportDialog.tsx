// SPDX-License-Identifier: Apache-2.0
// "Rapportera", over any screen: three questions, and a choice to be anonymous with what that means in plain words. The name of the
// screen goes along; never what stands on it, nor any id of its address.
import { useState } from "preact/hooks";
import { current, session } from "../session/session.ts";
import { todayText } from "./api.ts";
import { reportNamed, reportQuietly } from "./ops/report.ts";
import { Area, Dialog, Form } from "./Parts.tsx";
import { screenName } from "./places.ts";
import { s, say } from "./words.ts";
import "../styles/admin.css";
import "./styr.css";

const QUESTIONS = ["works", "chafes", "bring-along"] as const;

export function ReportDialog({ close }: { close: () => void }) {
  const w = s.value.report;
  const [screen] = useState(screenName);
  const [anonymous, setAnonymous] = useState(false);
  const [sent, setSent] = useState(false);
  const [empty, setEmpty] = useState(false);
  const unit = current.value?.unit;
  const role = current.value?.role?.code ?? "";
  if (sent) return <Dialog heading={w.thanks} close={close}><p class="box box-good" role="status">{anonymous ? w.sentQuietly : w.sent}</p><p class="actions"><button type="button" class="button button-main" onClick={close}>{s.value.close}</button></p></Dialog>;
  return (
    <Dialog heading={w.heading} close={close}>
      <p class="hint">{w.about(screen)}</p>
      <Form button={w.send} cancel={close} run={async (value) => {
        const said = QUESTIONS.map((question) => ({ question, statement: value(question) })).filter((one) => one.statement !== "");
        setEmpty(said.length === 0);
        if (said.length === 0) return;
        if (anonymous) await reportQuietly(said, { screen, unit, role });
        else await reportNamed(said, { screen, unit, role }, session.value?.user, todayText(), w.receipt);
        setSent(true);
      }}>
        {QUESTIONS.map((question) => <Area key={question} label={say("experience-question", question)} name={question} />)}
        <label class="check"><input type="checkbox" checked={anonymous} onChange={(e) => setAnonymous(e.currentTarget.checked)} /><span>{w.anonymous}<small>{anonymous ? w.isAnonymous(unit?.display ?? "") : w.isNamed}</small></span></label>
        <p class="hint">{w.noPatient}</p>
        <div role="alert">{empty ? <p class="box box-warn">{w.empty}</p> : null}</div>
      </Form>
    </Dialog>
  );
}
