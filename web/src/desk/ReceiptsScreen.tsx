// SPDX-License-Identifier: Apache-2.0
// Everything the user has done and what became of it. Each line leads back to what it is about.
import { useEffect, useState } from "preact/hooks";
import { showDate } from "../i18n/format.ts";
import { t } from "../i18n/index.ts";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { ReceiptText, ReceiptWays } from "../write/ReceiptStrip.tsx";
import { receipts, type Receipt } from "../write/receipts.ts";
import { unresolved } from "../write/unresolved.ts";
import { olderReceipts, together } from "./history.ts";
import { d } from "./words.ts";

type Kind = "all" | Receipt["state"];
type Answer = { state: "loading" | "ready" | "missing" } | { state: "failed"; error: unknown };

function useHistory() {
  const [kept, setKept] = useState<Receipt[]>([]);
  const [next, setNext] = useState<string | null>("");
  const [answer, setAnswer] = useState<Answer>({ state: "loading" });
  const more = () => {
    if (next === null) return;
    setAnswer({ state: "loading" });
    olderReceipts(next).then(
      (page) => {
        setKept((was) => [...was, ...(page?.receipts ?? [])]);
        setNext(page?.next ?? null);
        setAnswer({ state: page === null ? "missing" : "ready" });
      },
      (error: unknown) => setAnswer({ state: "failed", error }),
    );
  };
  useEffect(more, []);
  return { all: together([...unresolved.value, ...receipts.value], kept), answer, next, more };
}

export function ReceiptsScreen() {
  const { all, answer, next, more } = useHistory();
  const [kind, setKind] = useState<Kind>("all");
  const r = d.value.receipts;
  useEffect(() => {
    document.title = t.value.title([r.heading]);
  });
  const shown = all.filter((one) => kind === "all" || one.state === kind);
  return (
    <div class="page desk">
      <h1 tabIndex={-1}>{r.heading}</h1>
      <p class="hint">{r.intro}</p>
      <p class="field">
        <label for="receipt-kind">{r.filter}</label>
        <select id="receipt-kind" value={kind} onChange={(event) => setKind(event.currentTarget.value as Kind)}>
          {(Object.keys(r.kinds) as Kind[]).map((one) => <option key={one} value={one}>{r.kinds[one]}</option>)}
        </select>
      </p>
      {answer.state === "failed" ? <FailureBox text={`${failureText(answer.error)} ${r.failed}`} retry={more} /> : null}
      {answer.state === "missing" ? <p class="box box-warn">{r.missing}</p> : null}
      {shown.length === 0 && answer.state !== "loading" ? <p>{r.none}</p> : null}
      <Days receipts={shown} />
      {answer.state === "loading" ? <SectionSkeleton lines={4} /> : null}
      {answer.state === "ready" && next !== null ? <button type="button" class="button" onClick={more}>{r.more}</button> : null}
    </div>
  );
}

function Days({ receipts: list }: { receipts: readonly Receipt[] }) {
  const days = [...new Set(list.map((r) => showDate(r.time)))];
  return (
    <>
      {days.map((day) => (
        <section key={day}>
          <h2>{day}</h2>
          <ul class="receipt-list">{list.filter((r) => showDate(r.time) === day).map((r) => <ReceiptRow key={r.key} receipt={r} />)}</ul>
        </section>
      ))}
    </>
  );
}

export function ReceiptRow({ receipt, settle }: { receipt: Receipt; settle?: () => void }) {
  return (
    <li class={`receipt-line receipt-${receipt.state}`} data-state={receipt.state} data-key={receipt.key}>
      <ReceiptText receipt={receipt} />
      <span class="receipt-ways">
        <ReceiptWays receipt={receipt} />
        {settle === undefined ? null : <button type="button" class="button button-small" aria-label={d.value.unfinished.settleWhat(receipt.title)} onClick={settle}>{d.value.unfinished.settle}</button>}
      </span>
    </li>
  );
}
