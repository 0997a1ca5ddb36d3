// SPDX-License-Identifier: Apache-2.0
// Rapporter: the weekly report, the final report and others that are defined.
import { useLoaded } from "../admin/load.ts";
import { find, nameOf } from "./api.ts";
import { chaptersOf } from "./reports.ts";
import { Head, More, PrintButton, Ready, Table } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import { s, say } from "./words.ts";

export function ReportsScreen() {
  const w = s.value.reports;
  const loaded = useLoaded((signal) => find("ReportDefinition", [], signal), []);
  return (
    <section>
      <Head title={w.heading} about={w.about}><PrintButton /></Head>
      <Ready of={loaded}>{(found) => <><More more={found.more} /><Table caption={w.heading} columns={w.columns} none={w.none} rows={found.all.filter((r) => r.status !== "retired").map((r) => ({ key: r.id ?? "", cells: [<a key="a" href={styrPath("rapport", r.id ?? "")} data-row>{r.title}</a>, say("report-kind", r.kind), say("cadence", r.cadence), String(chaptersOf(r.section ?? []).length), (r.recipient ?? []).map((x) => x.name).join(", "), nameOf(r.compiler)] }))} /></>}</Ready>
    </section>
  );
}
