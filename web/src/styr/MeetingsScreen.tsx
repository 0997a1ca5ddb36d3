// SPDX-License-Identifier: Apache-2.0
// Möten: those to come, those that have been, and what has been wished for at coming ones.
import { useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { navigate } from "../app/route.ts";
import { showDate, showDateTime } from "../i18n/format.ts";
import { find, nameOf, save } from "./api.ts";
import { may } from "./may.ts";
import { Dialog, Form, Head, Input, More, PrintButton, Ready, Table } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import type { Meeting } from "./types.ts";
import { s, say } from "./words.ts";

export function MeetingsScreen() {
  const w = s.value.meetings;
  const loaded = useLoaded((signal) => find("Meeting", [], signal), []);
  const [asked, setAsked] = useState(false);
  return (
    <section>
      <Head title={w.heading} about={w.about}>{may("meet") ? <button type="button" class="button button-main" onClick={() => setAsked(true)}>{w.add}</button> : null}<PrintButton /></Head>
      <Ready of={loaded}>{(found) => {
        const all = [...found.all].sort((a, b) => a.start.localeCompare(b.start));
        const wishes = all.flatMap((m) => (m.wish ?? []).filter((x) => x.status !== "done" && x.status !== "declined").map((wish) => ({ m, wish })));
        const row = (m: Meeting) => ({ key: m.id ?? "", cells: [<a key="a" href={styrPath("mote", m.id ?? "")} data-row>{m.title}</a>, showDateTime(m.start), nameOf(m.body), say("meeting-status", m.status)] });
        return (
          <>
            <More more={found.more} />
            <h3>{w.coming}</h3>
            <Table caption={w.coming} columns={w.columns} none={w.noComing} rows={all.filter((m) => m.status === "planned").map(row)} />
            <h3>{w.wishes}</h3>
            <Table caption={w.wishes} columns={w.wishColumns} none={w.noWishes} rows={wishes.map(({ m, wish }, i) => ({ key: String(i), cells: [wish.statement, wish.targetDate === undefined ? "" : showDate(wish.targetDate), nameOf(wish.requestedBy), say("wish-status", wish.status ?? "open"), <a key="m" href={styrPath("mote", m.id ?? "")}>{m.title}</a>] }))} />
            <h3>{w.held}</h3>
            <Table caption={w.held} columns={w.columns} none={w.noHeld} rows={all.filter((m) => m.status !== "planned").reverse().map(row)} />
          </>
        );
      }}</Ready>
      {asked ? <AddDialog close={() => setAsked(false)} /> : null}
    </section>
  );
}

function AddDialog({ close }: { close: () => void }) {
  const w = s.value.meetings;
  return (
    <Dialog heading={w.add} close={close}>
      <Form button={s.value.save} cancel={close} run={async (value) => {
        const at = (clock: string) => new Date(`${value("on")}T${clock}`).toISOString();
        const made = await save({ resourceType: "Meeting", status: "planned", title: value("title"), start: at(value("from")), end: at(value("to")) }, w.receipt, styrPath("moten"));
        close();
        navigate(styrPath("mote", made.id ?? ""));
      }}>
        <Input label={w.title} name="title" required />
        <Input label={w.date} name="on" type="date" required />
        <Input label={w.from} name="from" type="time" value="09:00" required />
        <Input label={w.to} name="to" type="time" value="12:00" required />
      </Form>
    </Dialog>
  );
}
