// SPDX-License-Identifier: Apache-2.0
// Administration and review: one tab for each, of those that the assignment gives the right to.
import { useEffect } from "preact/hooks";
import { adminPath, type AdminTab } from "../app/route.ts";
import { t } from "../i18n/index.ts";
import { rights } from "../session/session.ts";
import { AccountsScreen } from "./AccountsScreen.tsx";
import { FlagsScreen } from "./FlagsScreen.tsx";
import { LogScreen } from "./LogScreen.tsx";
import { SampleScreen } from "./SampleScreen.tsx";
import { UnitsScreen } from "./UnitsScreen.tsx";
import { a } from "./words.ts";
import "../styles/admin.css";

const RIGHTS: Record<AdminTab, readonly string[]> = { konton: ["administrate"], enheter: ["administrate", "log"], logg: ["log"], flaggor: ["log"], stickprov: ["log"] };

export function AdminScreen({ tab, about }: { tab: AdminTab | ""; about: string }) {
  const words = a.value;
  const open = (Object.keys(RIGHTS) as AdminTab[]).filter((one) => RIGHTS[one].some((right) => rights.value.has(right)));
  const now = tab === "" ? open[0] : tab;
  useEffect(() => {
    document.title = t.value.title(now === undefined ? [words.title] : [words.tabs[now], words.title]);
  });
  return (
    <div class="page admin">
      <h1 tabIndex={-1}>{words.title}</h1>
      {now === undefined || !open.includes(now) ? <p class="box box-warn">{words.refused}</p> : (
        <>
          <nav class="admin-tabs" aria-label={words.tabsLabel}>
            {open.map((one) => <a key={one} href={adminPath(one)} aria-current={one === now ? "page" : undefined}>{words.tabs[one]}</a>)}
          </nav>
          {now === "konton" ? <AccountsScreen /> : now === "enheter" ? <UnitsScreen key={about} id={about} /> : now === "logg" ? <LogScreen key={about} about={about} /> : now === "flaggor" ? <FlagsScreen /> : <SampleScreen />}
        </>
      )}
    </div>
  );
}
