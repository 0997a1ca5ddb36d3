// SPDX-License-Identifier: Apache-2.0
// Tavla: the pipeline of ideas and the portfolios. A column for each phase of the process, as the process says; a card for each
// initiative. Nothing is dragged: only a decision moves a phase.
import { useMemo, useRef, useState } from "preact/hooks";
import { useLoaded } from "../admin/load.ts";
import { language } from "../i18n/index.ts";
import { Badge } from "../ui/Badge.tsx";
import { lazy } from "../ui/Lazy.tsx";
import { LEVELS, type Card, type Column, type Pipeline, type ProjectRow } from "./board.ts";
import { may } from "./may.ts";
import { readPipeline } from "./ops/board.ts";
import { Chips, Head, More, PrintButton, Ready, Table, useScreenful, Verdict } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import { ProposeDialog } from "./ProposeDialog.tsx";
import { s, say } from "./words.ts";

type Level = "alla" | (typeof LEVELS)[number];
const LEVELS_SHOWN: readonly Level[] = ["alla", ...LEVELS];
const SHAPES = ["tavla", "lista", "projekt", "portfoljer", "processer"] as const;
type Shape = (typeof SHAPES)[number];
const Frame = lazy<FrameProps>(() => import("./FrameTables.tsx").then((m) => m.Frame));
type FrameProps = Parameters<typeof import("./FrameTables.tsx").Frame>[0];

export function BoardScreen() {
  const w = s.value.board;
  const [asked, setAsked] = useState(false);
  const loaded = useLoaded((signal) => readPipeline(w.unnamed, signal), []);
  return (
    <section>
      <Head title={w.heading} about={w.about}>
        {may("propose") ? <button type="button" class="button button-main" onClick={() => setAsked(true)}>{w.propose}</button> : null}
        <PrintButton />
      </Head>
      <Ready of={loaded}>{(pipeline) => <Shown pipeline={pipeline} />}</Ready>
      {asked ? <ProposeDialog close={() => { setAsked(false); loaded.again(); }} /> : null}
    </section>
  );
}

function Shown({ pipeline }: { pipeline: Pipeline }) {
  const w = s.value.board;
  const [level, setLevel] = useState<Level>("alla");
  const [shape, setShape] = useState<Shape>("tavla");
  const columns = useMemo(() => pipeline.columns.map((c) => ({ ...c, cards: c.cards.filter((card) => level === "alla" || card.level === level) })), [pipeline, level]);
  const total = pipeline.columns.reduce((n, c) => n + c.cards.length, 0);
  const shown = columns.reduce((n, c) => n + c.cards.length, 0);
  return (
    <>
      <More more={pipeline.more} />
      <Chips legend={w.level} name="styr-level" all={LEVELS_SHOWN} now={level} choose={setLevel} label={(one) => (one === "alla" ? w.all : say("level", one))} />
      <Chips legend={w.shape} name="styr-shape" all={SHAPES} now={shape} choose={setShape} label={(one) => w.shapes[one]} />
      {shape === "portfoljer" || shape === "processer" ? <Frame key={shape} what={shape} /> : <>
      {shape === "projekt" ? <Projects rows={pipeline.projects.filter((p) => level === "alla" || p.level === level)} all={pipeline.projects.length} /> : <p class="hint" role="status">{w.count(shown, total - shown)}</p>}
      {shape === "projekt" ? null : total === 0 ? <p class="empty">{w.none}</p> : shape === "tavla" ? <Columns columns={columns} /> : <List columns={columns} />}
      </>}
    </>
  );
}

/** Left and right go to the same height of the next column that has cards; up and down are the rows' own. */
function Columns({ columns }: { columns: readonly Column[] }) {
  const box = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const here = (event.target as Element).closest("[data-column]");
    if (step === 0 || here === null || event.ctrlKey || event.altKey || event.metaKey) return;
    const all = [...(box.current?.querySelectorAll("[data-column]") ?? [])].filter((c) => c.querySelector("a") !== null);
    const at = [...here.querySelectorAll("a")].findIndex((a) => a === document.activeElement);
    const links = all[all.indexOf(here) + step]?.querySelectorAll("a");
    if (links === undefined) return;
    event.preventDefault();
    links[Math.min(Math.max(at, 0), links.length - 1)]?.focus();
  };
  return (
    <div class="styr-board" ref={box} onKeyDown={move}>
      {columns.map((column) => (
        <section key={column.number} class="styr-column" data-column aria-labelledby={`styr-phase-${column.number}`}>
          <h3 id={`styr-phase-${column.number}`}>{column.number}. {column.name} <span class="quiet">({column.cards.length})</span></h3>
          {column.cards.length === 0 ? <p class="hint">{s.value.board.emptyPhase}</p> : <ul>{column.cards.map((card) => <li key={card.id}><CardOf card={card} /></li>)}</ul>}
        </section>
      ))}
    </div>
  );
}

/** Ours are shorter. */
const flagText = (flag: Card["flags"][number]) => s.value.lint[flag.code] ?? flag.text[language.value];

function CardOf({ card }: { card: Card }) {
  const w = s.value.board;
  return (
    <a class="styr-card" href={styrPath("initiativ", card.id)} data-row>
      <b>{card.title}</b>
      <span class="quiet">{[card.diary, card.gateAge === null ? w.noGate : w.gateAge(card.gateAge)].filter((x) => x !== "").join(" · ")}</span>
      {card.status === "parked" || card.status === "stopped" ? <Badge text={say("initiative-status", card.status)} tone="warn" /> : null}
      {card.flags.map((flag) => <Badge key={flag.code} text={flagText(flag)} tone="warn" icon="warning" />)}
      {card.driver === null ? null : <Badge text={w.driver(card.driver.name)} tone={card.driver.late ? "danger" : "info"} {...(card.driver.late ? { icon: "warning" as const } : {})} />}
      {card.verdict === undefined ? null : <Verdict verdict={card.verdict} />}
    </a>
  );
}

function List({ columns }: { columns: readonly Column[] }) {
  const w = s.value.board;
  const rows = columns.flatMap((column) => column.cards.map((card) => ({
    key: card.id,
    cells: [
      <a key="a" href={styrPath("initiativ", card.id)} data-row>{card.title}</a>, card.diary, `${column.number}. ${column.name}`, say("initiative-status", card.status), card.gateAge === null ? w.noGate : w.days(card.gateAge),
      card.level === "" ? "" : say("level", card.level), card.flags.map(flagText).join(", "), card.driver?.name ?? "", card.verdict === undefined ? "" : <Verdict key="v" verdict={card.verdict} />,
    ],
  })));
  return <Table caption={w.heading} columns={w.columns} rows={rows} />;
}

function Projects({ rows, all }: { rows: readonly ProjectRow[]; all: number }) {
  const w = s.value.board;
  const { shown, rest } = useScreenful(rows);
  return (
    <>
      <p class="hint" role="status">{w.projects(rows.length, all - rows.length)}</p>
      <Table caption={w.shapes.projekt} columns={w.projectColumns} none={w.noProjects} rows={shown.map((p) => ({ key: p.id, cells: [p.title, say("project-status", p.status), p.level === "" ? "" : say("level", p.level), p.health, p.initiative, p.driver, p.verdict === undefined ? "" : <Verdict key="v" verdict={p.verdict} />] }))} />
      {rest}
    </>
  );
}
