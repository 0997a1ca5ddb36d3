// SPDX-License-Identifier: Apache-2.0
// Rapporter: those that have been begun or made final, and what can be begun: the weekly report, the final report and others.
import { useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { navigate } from "../app/route.ts";
import { showDateTime, showPeriod } from "../i18n/format.ts";
import { Badge } from "../ui/Badge.tsx";
import { find, nameOf, todayText } from "./api.ts";
import { may } from "./may.ts";
import { beginReport } from "./ops/reports.ts";
import { Dialog, Form, Head, Input, More, PrintButton, Ready, Table } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import type { Report, ReportDefinition } from "./types.ts";
import { s, say } from "./words.ts";

export function ReportsScreen() {
  const w = s.value.reports;
  const loaded = useLoaded(async (signal) => {
    const [reports, definitions] = await Promise.all([find("Report", [["_sort", "-date"]], signal), find("ReportDefinition", [], signal)]);
    return { reports: reports.all, definitions: definitions.all, more: reports.more };
  }, []);
  const [asked, setAsked] = useState<ReportDefinition | null>(null);
  return (
    <section>
      <Head title={w.heading} about={w.about}><PrintButton /></Head>
      <Ready of={loaded}>{(data) => <><More more={data.more} /><h3>{w.written}</h3><Written all={data.reports} /><h3>{w.kinds}</h3><Definitions all={data.definitions} begin={setAsked} /></>}</Ready>
      {asked === null ? null : <BeginDialog definition={asked} close={() => setAsked(null)} />}
    </section>
  );
}

function Written({ all }: { all: readonly Report[] }) {
  const w = s.value.reports;
  return <Table caption={w.written} columns={w.writtenColumns} none={w.noneWritten} rows={all.map((r) => ({ key: r.id ?? "", cells: [<a key="a" href={styrPath("rapport", r.id ?? "")} data-row>{r.title}</a>, r.period === undefined ? "" : showPeriod(r.period), <Badge key="b" text={say("report-state", r.status)} tone={r.status === "final" ? "good" : "plain"} />, r.date === undefined ? "" : showDateTime(r.date), nameOf(r.compiler)] }))} />;
}

function Definitions({ all, begin }: { all: readonly ReportDefinition[]; begin: (one: ReportDefinition) => void }) {
  const w = s.value.reports;
  const active = all.filter((r) => r.status === "active");
  return <Table caption={w.kinds} columns={w.columns} none={w.none} rows={active.map((r) => ({ key: r.id ?? "", cells: [r.title, say("cadence", r.cadence), (r.recipient ?? []).map((x) => x.name).join(", "), nameOf(r.compiler), may("report") ? <button key="b" type="button" class="button button-small print-not" onClick={() => begin(r)}>{w.begin}<span class="sr"> {r.title}</span></button> : ""] }))} />;
}

const WEEK_DAYS = 7;
const before = (date: string, days: number) => new Date(Date.parse(date) - days * 86_400_000).toISOString().slice(0, 10);

function BeginDialog({ definition, close }: { definition: ReportDefinition; close: () => void }) {
  const w = s.value.reports;
  const today = todayText();
  return (
    <Dialog heading={w.beginOf(definition.title)} close={close}>
      <Form button={w.begin} cancel={close} run={async (value) => {
        const made = await beginReport(definition.id ?? "", value("from"), value("to"), w.begun);
        close();
        navigate(styrPath("rapport", made.id ?? ""));
      }}>
        <Input label={w.from} name="from" type="date" value={before(today, WEEK_DAYS - 1)} required />
        <Input label={w.to} name="to" type="date" value={today} required />
      </Form>
    </Dialog>
  );
}
