// SPDX-License-Identifier: Apache-2.0
// At the foot of every screen: what was just done and what became of it. What is saved goes by itself; what failed, is
// unsure or is on its way stays until it is certain or has been put away. The list of all is one press away.
import { useEffect } from "preact/hooks";
import { signal } from "@preact/signals";
import { pagePath } from "../app/route.ts";
import { resourceLink } from "../desk/links.ts";
import { showClock } from "../i18n/format.ts";
import { Icon, type IconName } from "../ui/Icon.tsx";
import { askAgain } from "./again.ts";
import { patientName } from "./names.ts";
import { receipts, type Receipt } from "./receipts.ts";
import { cancelWaiting } from "./wait.ts";
import { w } from "./words.ts";

const SHOWN_MAX = 3;
const SAVED_SHOWN_MS = 12_000;
const hidden = signal<ReadonlySet<string>>(new Set());
const hide = (key: string) => (hidden.value = new Set(hidden.peek()).add(key));

const ICONS: Record<Receipt["state"], IconName> = { sending: "up", saved: "check", failed: "warning", unsure: "warning" };

export function ReceiptStrip() {
  const shown = receipts.value.filter((r) => !hidden.value.has(r.key));
  const rest = shown.length - SHOWN_MAX;
  return (
    <div class="receipt-strip" role="status" aria-label={w.value.strip}>
      {shown.length === 0 ? null : (
        <ul>
          {shown.slice(0, SHOWN_MAX).map((receipt) => <Line key={receipt.key} receipt={receipt} />)}
          {rest <= 0 ? null : <li class="receipt-rest"><a href={pagePath("kvitton")}>{w.value.more(rest)}</a></li>}
        </ul>
      )}
    </div>
  );
}

function Line({ receipt }: { receipt: Receipt }) {
  const { key, state } = receipt;
  useEffect(() => {
    if (state !== "saved") return;
    const timer = setTimeout(() => hide(key), SAVED_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [key, state]);
  return (
    <li class={`receipt-line receipt-${state}`} data-state={state} data-key={key}>
      <ReceiptText receipt={receipt} />
      <span class="receipt-ways">
        <ReceiptWays receipt={receipt} />
        {state === "sending" ? null : <button type="button" class="button button-small" onClick={() => hide(key)}>{w.value.hide}</button>}
      </span>
    </li>
  );
}

/** State, what, whom and when, and what is wrong: the same in the strip and in the lists. */
export function ReceiptText({ receipt }: { receipt: Receipt }) {
  const state = receipt.state === "sending" && receipt.kept === true ? w.value.waitsKept : receipt.waits === true ? w.value.waits : w.value.states[receipt.state];
  const name = receipt.patientName || patientName(receipt.patient);
  return (
    <span class="receipt-text">
      <Icon name={ICONS[receipt.state]} />
      <span><b>{state}:</b> {receipt.title}{name === "" ? "" : ` – ${name}`} <time dateTime={receipt.time}>{showClock(receipt.time)}</time>{receipt.failure === undefined || receipt.failure === "" ? null : <span class="receipt-why">{receipt.failure}</span>}</span>
    </span>
  );
}

/** What can be done with it. */
export function ReceiptWays({ receipt }: { receipt: Receipt }) {
  const link = receipt.link ?? resourceLink(receipt.resource ?? "", receipt.patient);
  return (
    <>
      {receipt.state === "unsure" ? <button type="button" class="button button-small" onClick={() => void askAgain(receipt)}>{w.value.again}</button> : null}
      {receipt.waits === true ? <button type="button" class="button button-small" onClick={() => cancelWaiting(receipt.key)}>{w.value.undo}</button> : null}
      {link === "" ? null : <a class="button button-small" href={link} aria-label={w.value.openWhat(receipt.title)}>{w.value.open}</a>}
    </>
  );
}
