// SPDX-License-Identifier: Apache-2.0
// The unit's board: beds and queue, with what is urgent about each. Live while it is looked at. /tavla is the own unit's,
// /tavla/ID another's, /tavla/publik(.ID) what a waiting room may see.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { navigate, pagePath, patientPath } from "../app/route.ts";
import { currentName, identityNumber, nameText } from "../fhir/text.ts";
import { showAge, showClock, showDateTime } from "../i18n/format.ts";
import { t, word } from "../i18n/index.ts";
import { setting } from "../me/settings.ts";
import { current } from "../session/session.ts";
import { Badge, type Tone } from "../ui/Badge.tsx";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { codesOf, isHidden, readBoard, readUnits, type Board, type Row, type Score } from "./board.ts";
import { liveness, streamOf, watchLive } from "./live.ts";
import type { Risk } from "./news2.ts";
import { PublicBoard } from "./PublicBoard.tsx";
import { b } from "./words.ts";
import "../styles/board.css";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const PUBLIC = "publik";
/** For those without an assignment at a unit: the one looked at last. */
const lastUnit = setting<string>("board-unit", "");
const ownUnit = () => current.value?.unit.reference.replace(/^Organization\//, "") ?? lastUnit.value;

export function BoardScreen({ about }: { about: string }) {
  const isPublic = about === PUBLIC || about.startsWith(`${PUBLIC}.`);
  const asked = isPublic ? about.slice(PUBLIC.length + 1) : about;
  const unit = asked === "" ? ownUnit() : asked;
  if (isPublic) return <PublicBoard unit={unit} back={pagePath("tavla", asked)} />;
  return <UnitBoard key={unit} unit={unit} />;
}

/** The last good answer stays while a new one is fetched; one that fails is told above it. */
function useBoard(unit: string) {
  const [turn, setTurn] = useState(0);
  useEffect(() => (unit === "" ? undefined : watchLive(streamOf(unit), () => setTurn((n) => n + 1))), [unit]);
  const loaded = useLoaded((signal) => (unit === "" ? null : readBoard(`Organization/${unit}`, signal)), [unit, turn]);
  const [kept, setKept] = useState<Board | null>(null);
  useEffect(() => { if (loaded.data !== null) setKept(loaded.data); }, [loaded.data]);
  return { board: loaded.data ?? kept, error: loaded.error, loading: loaded.loading, again: loaded.again };
}

function UnitBoard({ unit }: { unit: string }) {
  const w = b.value;
  const { board, error, loading, again } = useBoard(unit);
  const units = useLoaded((signal) => readUnits(signal), []);
  const name = units.data?.find((u) => u.id === unit)?.name ?? current.value?.unit.display ?? "";
  useEffect(() => {
    document.title = t.value.title([unit === "" ? w.heading : w.headingOf(name)]);
  });
  const choose = (id: string) => {
    lastUnit.value = id;
    navigate(pagePath("tavla", id));
  };
  return (
    <div class="board">
      <div class="board-head">
        <h1 tabIndex={-1}>{unit === "" ? w.heading : w.headingOf(name)}</h1>
        <p class="field"><label for="board-unit">{w.unit}</label>
          <select id="board-unit" value={unit} onChange={(event) => choose(event.currentTarget.value)}>
            {unit === "" || units.data?.some((u) => u.id === unit) !== true ? <option value={unit}>{unit === "" ? w.chooseUnit : name}</option> : null}
            {(units.data ?? []).map((u) => <option key={u.id} value={u.id}>{u.name}</option>)}
          </select>
        </p>
        {unit === "" ? null : <p class="board-state" role="status">{liveness.value === "live" ? w.live : w.asking}{board === null ? "" : `. ${w.at(showClock(new Date(board.at).toISOString()))}`}</p>}
        <p><a class="button" href={pagePath("okand")} aria-keyshortcuts="Alt+U">{t.value.search.unknown}</a></p>
        {unit === "" ? null : <p><a href={pagePath("tavla", `${PUBLIC}.${unit}`)}>{w.public.link}</a></p>}
      </div>
      {units.error === null ? null : <FailureBox text={failureText(units.error)} retry={units.again} />}
      {error === null ? null : <FailureBox text={failureText(error)} retry={again} />}
      {unit === "" ? <p>{w.noUnit}</p> : null}
      {board === null && loading && unit !== "" ? <SectionSkeleton /> : null}
      {board === null ? null : <Shown board={board} />}
    </div>
  );
}

function Shown({ board }: { board: Board }) {
  const w = b.value;
  const codes = codesOf(board.rows.map((r) => r.id));
  const beds = board.rows.filter((r) => r.inBed);
  const queue = board.rows.filter((r) => !r.inBed);
  return (
    <>
      {board.failed.length === 0 ? null : <p class="box box-warn"><Icon name="warning" />{w.failed(board.failed.map((f) => w.parts[f]).join(", "))}</p>}
      {board.more ? <p class="box box-warn"><Icon name="warning" />{w.more}</p> : null}
      <Group heading={w.beds} none={w.noBeds} rows={beds} codes={codes} failed={board.failed} bed />
      <Group heading={w.queue} none={w.noQueue} rows={queue} codes={codes} failed={board.failed} bed={false} />
    </>
  );
}

interface GroupProps { heading: string; none: string; rows: readonly Row[]; codes: ReadonlyMap<string, string>; failed: Board["failed"]; bed: boolean }

/** The roles are said outright, as the table is laid out as cards on small screens. */
function Group({ heading, none, rows, codes, failed, bed }: GroupProps) {
  const c = b.value.columns;
  const names = bed ? [c.bed, c.patient, c.news, c.responsible, c.results, c.unsigned, c.end, c.since] : [c.status, c.patient, c.news, c.responsible, c.results, c.unsigned, c.since];
  return (
    <section>
      <h2>{heading} ({rows.length})</h2>
      {rows.length === 0 ? <p>{none}</p> : (
        <table class="board-table" role="table" aria-label={heading}>
          <thead role="rowgroup"><tr role="row">{names.map((name) => <th key={name} role="columnheader" scope="col">{name}</th>)}</tr></thead>
          <tbody role="rowgroup">{rows.map((row) => <BoardRow key={row.id} row={row} code={codes.get(row.id) ?? ""} failed={failed} bed={bed} />)}</tbody>
        </table>
      )}
    </section>
  );
}

function Cell({ label, children }: { label: string; children: ComponentChildren }) {
  return <td role="cell" data-label={label}>{children}</td>;
}

function BoardRow({ row, code, failed, bed }: { row: Row; code: string; failed: Board["failed"]; bed: boolean }) {
  const w = b.value;
  const c = w.columns;
  return (
    <tr role="row">
      {bed ? <Cell label={c.bed}>{row.bed === "" ? <span class="quiet">{w.noBed}</span> : <b>{row.bed}</b>}{row.status === "onleave" ? <> <Badge text={word(w.statuses, row.status)} /></> : null}</Cell> : <Cell label={c.status}>{word(w.statuses, row.status)}</Cell>}
      <Cell label={c.patient}><Who row={row} code={code} /></Cell>
      <Cell label={c.news}>{failed.includes("vitals") ? t.value.storyboard.notLoaded : <News news={row.news} />}</Cell>
      <Cell label={c.responsible}>{row.responsible === "" ? <span class="quiet">{w.noResponsible}</span> : row.responsible}</Cell>
      <Cell label={c.results}>{failed.includes("results") ? t.value.storyboard.notLoaded : <Results row={row} />}</Cell>
      <Cell label={c.unsigned}>{failed.includes("unsigned") ? t.value.storyboard.notLoaded : row.unsigned === 0 ? w.unsigned(0) : <a href={patientPath(row.patient, "anteckningar")}>{w.unsigned(row.unsigned)}</a>}</Cell>
      {bed ? <Cell label={c.end}>{row.plannedEnd === "" ? <span class="quiet">{w.notPlanned}</span> : showDateTime(row.plannedEnd)}</Cell> : null}
      <Cell label={c.since}><time dateTime={row.start}>{showDateTime(row.start)}</time> <span class="quiet">{stay(row)}</span></Cell>
    </tr>
  );
}

const midnight = (ms: number) => new Date(ms).setHours(0, 0, 0, 0);

/** Days of a stay are those of the calendar: the first is the one of admission. */
function stay(row: Row): string {
  const ms = Math.max(0, Date.now() - Date.parse(row.start));
  if (Number.isNaN(ms)) return "";
  if (row.inBed) return b.value.day(Math.round((midnight(Date.now()) - midnight(Date.parse(row.start))) / DAY_MS) + 1);
  return b.value.waited(Math.floor(ms / (60 * MINUTE_MS)), Math.floor(ms / MINUTE_MS) % 60);
}

function Who({ row, code }: { row: Row; code: string }) {
  const { person } = row;
  if (person === null) return <><a href={patientPath(row.patient)} data-row>{b.value.unseen}</a> <span class="quiet">{b.value.code(code)}</span></>;
  return (
    <>
      <a href={patientPath(row.patient)} data-row><b>{nameText(currentName(person.name)) || t.value.search.noName}</b></a>
      {isHidden(person) ? <Badge tone="danger" icon="lock" text={t.value.identity.protected} /> : null}
      <span class="board-who"><span class="num">{identityNumber(person)?.text ?? t.value.search.noNumber}</span> · {showAge(person)} · {b.value.code(code)}</span>
      {row.reason === "" ? null : <span class="board-who">{row.reason}</span>}
    </>
  );
}

const TONES: Record<Risk, Tone> = { low: "good", lowMedium: "warn", medium: "warn", high: "danger" };

function News({ news }: { news: Row["news"] }) {
  const n = b.value.news;
  if (news === null) return <span class="quiet">{n.none}</span>;
  if (news === "young") return <span class="quiet">{n.young}</span>;
  return <Scored news={news} />;
}

function Scored({ news }: { news: Score }) {
  const n = b.value.news;
  const whole = news.missing.length === 0;
  return (
    <>
      <b class="news-score">{whole ? news.score : n.least(news.score)}</b> <Badge tone={news.risk === null ? "plain" : TONES[news.risk]} text={news.risk === null ? n.unknown : n.risks[news.risk]} />
      {whole ? null : <span class="board-who">{n.missing(news.missing.map((m) => n.measures[m]).join(", "))}</span>}
      <span class="board-who">{n.at(showDateTime(news.latest))}</span>
    </>
  );
}

function Results({ row }: { row: Row }) {
  const w = b.value;
  if (row.results === 0) return <>{w.results(0)}</>;
  return <><a href={patientPath(row.patient, "provsvar")}>{w.results(row.results)}</a>{row.abnormal === 0 ? null : <> <Badge tone="warn" icon="mark" text={w.abnormal(row.abnormal)} /></>}</>;
}
