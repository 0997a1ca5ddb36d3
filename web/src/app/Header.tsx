// SPDX-License-Identifier: Apache-2.0
import { language, setLanguage, t } from "../i18n/index.ts";
import { isOwn, rights } from "../session/session.ts";
import { Who } from "../session/Who.tsx";
import { Icon } from "../ui/Icon.tsx";
import { keysShown } from "./keys.ts";
import { adminPath, route } from "./route.ts";

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
        <Who />
        {route.value.screen === "search" ? null : (
          <a class="top-action" href="/"><Icon name={isOwn.value ? "person" : "search"} /><span>{isOwn.value ? t.value.access.own.heading : nav.search}</span></a>
        )}
        <button type="button" class="top-action" onClick={() => (keysShown.value = true)}><Icon name="keys" /><span>{nav.keys}</span></button>
        <button type="button" class="top-action" lang={nav.languageCode} onClick={() => void setLanguage(language.value === "sv" ? "en" : "sv")}>
          <Icon name="language" /><span>{nav.language}</span>
        </button>
      </nav>
    </header>
  );
}
