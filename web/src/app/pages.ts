// SPDX-License-Identifier: Apache-2.0
// Where the screens of app/route.ts's PAGES come from: each a file of its own, fetched when it is first asked for.
import type { ComponentType } from "preact";
import { signal } from "@preact/signals";
import type { PageName } from "./route.ts";

export type Page = ComponentType<{ about: string }>;

const LOAD: Record<PageName, () => Promise<Page>> = {
  kvitton: () => import("../desk/ReceiptsScreen.tsx").then((m) => m.ReceiptsScreen),
  ofardiga: () => import("../desk/UnfinishedScreen.tsx").then((m) => m.UnfinishedScreen),
  osignerat: () => import("../note/UnsignedScreen.tsx").then((m) => m.UnsignedScreen),
  "min-logg": () => import("../mylog/MyLogScreen.tsx").then((m) => m.MyLogScreen),
  inkorg: () => import("../inbox/InboxScreen.tsx").then((m) => m.InboxScreen),
  okand: () => import("../unknown/UnknownScreen.tsx").then((m) => m.UnknownScreen),
  sammanfor: () => import("../unknown/MergeScreen.tsx").then((m) => m.MergeScreen),
  reserv: () => import("../reserve/ReserveScreen.tsx").then((m) => m.ReserveScreen),
  styrning: () => import("../styr/StyrScreen.tsx").then((m) => m.StyrScreen),
  tavla: () => import("../board/BoardScreen.tsx").then((m) => m.BoardScreen),
};

/** null: being fetched; "failed": could not be. */
export const pages = signal<ReadonlyMap<PageName, Page | "failed">>(new Map());

export function fetchPage(name: PageName): void {
  const tell = (page: Page | "failed") => (pages.value = new Map(pages.peek()).set(name, page));
  const known = pages.peek().get(name);
  if (known === undefined || known === "failed") LOAD[name]().then(tell, () => tell("failed"));
}
