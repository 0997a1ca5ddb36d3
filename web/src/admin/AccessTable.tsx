// SPDX-License-Identifier: Apache-2.0
// Accesses of the log, a row each.
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { adminPath } from "../app/route.ts";
import { showDateTime } from "../i18n/format.ts";
import { word } from "../i18n/index.ts";
import { said } from "../log/said.ts";
import { w as log } from "../log/words.ts";
import { Badge } from "../ui/Badge.tsx";
import type { Access } from "./audit.ts";
import { nameOf, wantNames } from "./names.ts";
import { a } from "./words.ts";

export function AccessTable({ rows, action }: { rows: readonly Access[]; action?: (one: Access) => ComponentChildren }) {
  const w = a.value.log;
  useEffect(() => {
    void wantNames(rows.flatMap((one) => [one.user, one.unit])).catch(() => undefined);
  }, [rows]);
  if (rows.length === 0) return <p class="empty">{w.none}</p>;
  return (
    <table class="admin-table">
      <caption class="sr">{w.table}</caption>
      <thead>
        <tr><th scope="col">{w.time}</th><th scope="col">{w.who}</th><th scope="col">{w.what}</th><th scope="col">{w.whose}</th><th scope="col">{w.outcome}</th>{action === undefined ? null : <td />}</tr>
      </thead>
      <tbody>{rows.map((one) => <Row key={one.id} one={one} action={action} />)}</tbody>
    </table>
  );
}

function Row({ one, action }: { one: Access; action: ((one: Access) => ComponentChildren) | undefined }) {
  const w = a.value.log;
  return (
    <tr>
      <th scope="row" class="num">{showDateTime(one.time)}</th>
      <td data-label={w.who}>
        {one.user.startsWith("Practitioner/") ? <a href={adminPath("logg", one.user)}>{nameOf(one.user)}</a> : one.user || one.account || w.nobody}
        <small>{one.unit === "" ? one.account : nameOf(one.unit)}</small>
      </td>
      <td data-label={w.what}><span class="what">{said(one.what, one.resource, log.value)}</span><small>{[...new Set([one.what, one.resource])].filter((text) => text !== "").join(" · ")}</small></td>
      <td data-label={w.whose}>{one.patients.map((p) => <a key={p} class="who" href={adminPath("logg", p)}>{p.slice("Patient/".length)}</a>)}{one.many ? <small>{w.many}</small> : null}</td>
      <td data-label={w.outcome}>
        <Badge text={word(w.outcomes, one.outcome)} tone={one.outcome === "0" ? "plain" : "warn"} icon={one.outcome === "0" ? "check" : "warning"} />
        {one.flags.map((flag) => <Badge key={flag} text={word(w.flags, flag)} tone="warn" icon="mark" />)}
        {one.outcome === "0" || one.why === "" ? null : <small>{one.why}</small>}
      </td>
      {action === undefined ? null : <td class="deeds">{action(one)}</td>}
    </tr>
  );
}
