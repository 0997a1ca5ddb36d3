// SPDX-License-Identifier: Apache-2.0
import { language, setLanguage, t } from "../i18n/index.ts";
import { waitingTasks } from "../results/waiting.ts";
import { forCare, isOwn, rights } from "../session/session.ts";
import { Who } from "../session/Who.tsx";
import { Icon, type IconName } from "../ui/Icon.tsx";
import { keysShown } from "./keys.ts";
import { adminPath, pagePath, route, type PageName } from "./route.ts";

/** The user's own pages that are always one press away; care: of patients' records. */
const OWN_PAGES: readonly { page: PageName & keyof typeof t.value.nav; icon: IconName; care?: true }[] = [{ page: "inkorg", icon: "inbox", care: true }, { page: "tavla", icon: "bed", care: true }, { page: "ofardiga", icon: "list" }, { page: "kvitton", icon: "check" }];

export function Header() {
  const nav = t.value.nav;
  return (
    <header class="topbar">
      <nav class="topbar-in" aria-label={nav.main}>
        <a class="brand" href="/" aria-current={route.value.screen === "search" ? "page" : undefined}>
          <Icon name="logo" />
          <span class="brand-name">{t.value.product}</span>
          <span class="brand-line">{t.value.region}</span>
        </a>
        <span class="spring" />
        {rights.value.has("administrate") || rights.value.has("log") ? <a class="top-action" href={adminPath()} aria-current={route.value.screen === "admin" ? "page" : undefined}><Icon name="shield" /><span>{nav.admin}</span></a> : null}
        {isOwn.value ? null : OWN_PAGES.filter((one) => forCare.value || one.care !== true).map(({ page, icon }) => <a key={page} class="top-action" href={pagePath(page)} aria-current={route.value.screen === "page" && route.value.page === page ? "page" : undefined}><Icon name={icon} /><span>{nav[page]}</span>{page === "inkorg" && waitingTasks.value !== null ? <b class="top-count">{waitingTasks.value}</b> : null}</a>)}
        <Who />
        {route.value.screen === "search" ? null : (
          <a class="top-action top-rare" title={isOwn.value ? t.value.access.own.heading : nav.search} href="/"><Icon name={isOwn.value ? "person" : "search"} /><span>{isOwn.value ? t.value.access.own.heading : nav.search}</span></a>
        )}
        <button type="button" class="top-action top-rare" title={nav.keys} onClick={() => (keysShown.value = true)}><Icon name="keys" /><span>{nav.keys}</span></button>
        <button type="button" class="top-action top-rare" title={nav.language} lang={nav.languageCode} onClick={() => void setLanguage(language.value === "sv" ? "en" : "sv")}>
          <Icon name="language" /><span>{nav.language}</span>
        </button>
      </nav>
    </header>
  );
}
