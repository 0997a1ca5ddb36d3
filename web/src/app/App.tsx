// SPDX-License-Identifier: Apache-2.0
// The frame around every screen: skip link, header, connection banner, the screen itself, and the keys dialog.
import type { ComponentType } from "preact";
import { useEffect, useErrorBoundary } from "preact/hooks";
import { signal } from "@preact/signals";
import { t } from "../i18n/index.ts";
import { SearchScreen } from "../search/SearchScreen.tsx";
import { FailureBox } from "../ui/FailureBox.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { ConnectionBanner } from "./ConnectionBanner.tsx";
import { Header } from "./Header.tsx";
import { KeysDialog } from "./KeysDialog.tsx";
import { ChangeScreen } from "../session/ChangeScreen.tsx";
import { AssignmentScreen } from "../session/AssignmentChoice.tsx";
import { LockDialog } from "../session/LockDialog.tsx";
import { LoginScreen } from "../session/LoginScreen.tsx";
import { isOwn, stage } from "../session/session.ts";
import { fetchPage, pages } from "./pages.ts";
import { route, type AdminTab, type PageName } from "./route.ts";

interface ChartProps { id: string }
interface AdminProps { tab: AdminTab | ""; about: string }
/** The chart is fetched as a file of its own, at once after the first screen, so that the first screen comes sooner. */
const chart = signal<ComponentType<ChartProps> | null>(null);
const chartFailed = signal(false);

function fetchChart(): void {
  import("../chart/ChartScreen.tsx").then(
    (module) => (chart.value = module.ChartScreen),
    () => (chartFailed.value = true),
  );
}

function Screen() {
  const now = route.value;
  if (stage.value === "login") return <LoginScreen />;
  if (stage.value === "change") return <ChangeScreen />;
  if (stage.value === "choose") return <AssignmentScreen />;
  if (now.screen === "search") return isOwn.value ? <Own /> : <SearchScreen />;
  if (now.screen === "unknown") return <UnknownScreen />;
  if (now.screen === "page") return <PageOf name={now.page} about={now.about} />;
  if (now.screen === "admin") return <Admin tab={now.tab} about={now.about} />;
  if (chartFailed.value) return <FailureBox text={t.value.failure.network} />;
  const Chart = chart.value;
  return Chart === null ? <SectionSkeleton /> : <Chart key={now.id} id={now.id} />;
}

const admin = signal<ComponentType<AdminProps> | null>(null);

function Admin(props: AdminProps) {
  useEffect(() => {
    import("../admin/AdminScreen.tsx").then((module) => (admin.value = module.AdminScreen), () => (chartFailed.value = true));
  }, []);
  if (chartFailed.value) return <FailureBox text={t.value.failure.network} />;
  return admin.value === null ? <SectionSkeleton /> : <admin.value {...props} />;
}

/** Open charts, receipts, palette: after the first screen, before anything can be written. */
const desk = signal<{ DeskTop: ComponentType; DeskFoot: ComponentType } | null>(null);

function fetchDesk(): void {
  import("../desk/Desk.tsx").then((module) => (desk.value = module), () => (chartFailed.value = true));
}

function PageOf({ name, about }: { name: PageName; about: string }) {
  useEffect(() => fetchPage(name), [name]);
  const Page = pages.value.get(name);
  if (Page === "failed") return <FailureBox text={t.value.failure.network} retry={() => fetchPage(name)} />;
  return Page === undefined ? <SectionSkeleton /> : <Page about={about} />;
}

const own = signal<ComponentType | null>(null);

function Own() {
  useEffect(() => {
    import("../access/OwnScreen.tsx").then((module) => (own.value = module.OwnScreen), () => (chartFailed.value = true));
  }, []);
  if (chartFailed.value) return <FailureBox text={t.value.failure.network} />;
  return own.value === null ? <SectionSkeleton /> : <own.value />;
}

function UnknownScreen() {
  useEffect(() => {
    document.title = t.value.title([t.value.failure.page]);
  });
  return (
    <div class="page">
      <h1 tabIndex={-1}>{t.value.failure.page}</h1>
      <p><a href="/">{isOwn.value ? t.value.access.own.heading : t.value.nav.search}</a></p>
    </div>
  );
}

export function App() {
  useEffect(fetchChart, []);
  useEffect(fetchDesk, []);
  const [crash] = useErrorBoundary();
  return (
    <>
      <a class="skip" href="#innehall">{t.value.skipLink}</a>
      <Header />
      <ConnectionBanner />
      {desk.value === null ? null : <desk.value.DeskTop />}
      <main id="innehall" tabIndex={-1}>{crash === undefined ? <Screen /> : <FailureBox text={t.value.failure.unexpected} />}</main>
      {desk.value === null ? null : <desk.value.DeskFoot />}
      <KeysDialog />
      <LockDialog />
    </>
  );
}
