// SPDX-License-Identifier: Apache-2.0
// What waits to be acknowledged in an open chart, and what has been, with who and when; and acknowledging it.
import { computed, signal } from "@preact/signals";
import type { BundleEntry, Resource, Task } from "@fhir";
import { patientPath } from "../app/route.ts";
import type { ListStatus } from "../chart/list.ts";
import type { Chart } from "../chart/model.ts";
import { nextPage, read, search, type Page, type Params } from "../fhir/client.ts";
import { FhirError } from "../fhir/error.ts";
import { referenceText } from "../fhir/text.ts";
import { showDateTime } from "../i18n/format.ts";
import { newKey } from "../ids/key.ts";
import { transact } from "../write/write.ts";
import { answerOf, byObservation, inOrder, known, type Answer } from "./answers.ts";
import { me } from "./me.ts";
import { ACKNOWLEDGE, acknowledged, doneBy, mayAct, OPEN_STATES, takenBack, whose } from "./tasks.ts";
import { notSaved } from "./notSaved.ts";
import { tasksChanged } from "./waiting.ts";
import { r } from "./words.ts";
import { sv } from "./words.sv.ts";

const PAGE = "100";
const PAGES_MAX = 5;
const PRECONDITION_FAILED = 412;
export const DRAWN_STEP = 50;
/** How long what was just acknowledged is taken back with one press and no reason. */
const UNDO_MS = 120_000;

const BY_VALUES: Params = [["_include", "Task:focus"], ["_include:iterate", "DiagnosticReport:result"], ["_count", PAGE]];

export class Acks {
  readonly open = signal<readonly Answer[]>([]);
  readonly done = signal<readonly Answer[]>([]);
  readonly status = signal<ListStatus>("idle");
  readonly error = signal<unknown>(null);
  /** More wait than have been read, or more have been acknowledged. */
  readonly more = signal({ open: false, done: false });
  readonly busy = signal(false);
  /** What went wrong when something was acknowledged, in words; "" for nothing. */
  readonly wrong = signal("");
  /** How many of the list are drawn; "all" is never more than what is to be seen. */
  readonly drawn = signal(DRAWN_STEP);
  /** The user's and the unit's. */
  readonly mine = computed(() => this.open.value.filter((one) => whose(one.task, me.value) !== "other"));
  readonly others = computed(() => this.open.value.filter((one) => whose(one.task, me.value) === "other"));
  readonly shown = computed(() => this.mine.value.slice(0, this.drawn.value));
  readonly waits = computed(() => byObservation(this.open.value));
  private readonly acknowledgedBy = computed(() => byObservation(this.done.value));
  /** Tasks that the user has just acknowledged, while one press takes that back. */
  readonly lately = signal<ReadonlySet<string>>(new Set());
  private forgetLately: ReturnType<typeof setTimeout> | undefined;
  private readonly abort = new AbortController();
  private turn = 0;

  constructor(private readonly chart: Chart) {}

  close(): void {
    clearTimeout(this.forgetLately);
    this.abort.abort();
  }

  async load(): Promise<void> {
    const turn = ++this.turn;
    this.status.value = "loading";
    this.error.value = null;
    try {
      const about: Params = [["patient", this.chart.id], ["code", ACKNOWLEDGE]];
      const [open, done] = await Promise.all([
        this.all([...about, ["status", OPEN_STATES.join(",")], ...BY_VALUES], PAGES_MAX),
        this.all([...about, ["status", "completed"], ["_include", "Task:focus"], ["_sort", "-_lastUpdated"], ["_count", PAGE]], 1),
      ]);
      if (turn !== this.turn) return;
      this.open.value = inOrder(open.tasks.map((task) => answerOf(task, known(open.others))));
      this.done.value = done.tasks.map((task) => answerOf(task, known(done.others)));
      this.more.value = { open: open.more, done: done.more };
      this.status.value = "ready";
    } catch (error) {
      if (this.abort.signal.aborted || turn !== this.turn) return;
      this.error.value = error;
      this.status.value = "failed";
    }
  }

  private async all(params: Params, pages: number): Promise<{ tasks: Task[]; others: Resource[]; more: boolean }> {
    const tasks: Task[] = [];
    const others: Resource[] = [];
    let page: Page<Task> = await search("Task", params, this.abort.signal);
    for (let n = 1; ; n++) {
      tasks.push(...page.matches);
      others.push(...page.others);
      if (page.next === null || n === pages) break;
      page = await nextPage("Task", page.next, this.abort.signal);
    }
    return { tasks, others, more: page.next !== null };
  }

  /** Who acknowledged an observation and when; "" when nobody has or it is not known. */
  doneText(observation: string): string {
    const task = this.acknowledgedBy.value.get(observation)?.task;
    const by = task === undefined ? null : doneBy(task);
    return by === null ? "" : r.value.doneBy(this.chart.nameOf(by.who), showDateTime(by.when));
  }

  /** All of them in one transaction, or none. True: the record has said that it is done. */
  async acknowledge(some: readonly Answer[]): Promise<boolean> {
    const at = new Date().toISOString();
    const now = me.peek();
    const ok = await this.change(some.filter((one) => mayAct(one.task, now)), (one) => acknowledged(one.task, now, at, one.seen, sv.record.output), r.value.receipt);
    if (ok) this.keepLately(some);
    return ok;
  }

  /** Acknowledged in error: they wait again, and say who had acknowledged them, who took it back and why ("" within the short time). */
  async takeBack(some: readonly Answer[], why: string): Promise<boolean> {
    const at = new Date().toISOString();
    const now = me.peek();
    const said = (task: Task) => {
      const by = doneBy(task);
      return sv.record.takenBack(this.chart.nameOf(by?.who) || referenceText(by?.who), showDateTime(by?.when), why);
    };
    const ok = await this.change(some.filter((one) => mayAct(one.task, now)), (one) => takenBack(one.task, now, at, said(one.task), sv.record.taken), r.value.takenBackReceipt);
    if (ok) this.lately.value = new Set();
    return ok;
  }

  /** Of the done ones, those that one press takes back. */
  readonly undoable = computed(() => this.done.value.filter((one) => this.lately.value.has(one.task.id ?? "")));

  private keepLately(some: readonly Answer[]): void {
    clearTimeout(this.forgetLately);
    this.lately.value = new Set(some.map((one) => one.task.id ?? ""));
    this.forgetLately = setTimeout(() => (this.lately.value = new Set()), UNDO_MS);
  }

  private async change(chosen: readonly Answer[], as: (one: Answer) => Task, title: (n: number) => string): Promise<boolean> {
    if (this.busy.peek() || chosen.length === 0) return false;
    this.busy.value = true;
    this.wrong.value = "";
    const key = newKey();
    try {
      await transact(chosen.map((one) => entryOf(as(one))), { patient: this.chart.id, title: title(chosen.length), link: patientPath(this.chart.id, "provsvar"), key });
      return true;
    } catch (error) {
      const conflict = error instanceof FhirError && error.status === PRECONDITION_FAILED;
      this.wrong.value = conflict ? await this.whoWasFirst(chosen) : notSaved(key, error);
      return false;
    } finally {
      await this.load();
      this.busy.value = false;
      tasksChanged.value++;
    }
  }

  /** What has become of those that somebody else has changed, in words. */
  private async whoWasFirst(chosen: readonly Answer[]): Promise<string> {
    const stand = await Promise.all(chosen.map(async ({ task }) => ({ was: task, now: await read("Task", task.id ?? "", this.abort.signal).catch(() => null) })));
    const finished = new Map<string, { n: number; when: string }>();
    const handed = new Set<string>();
    for (const { was, now } of stand) {
      if (now === null || now.meta?.versionId === was.meta?.versionId) continue;
      const who = referenceText(now.owner) || this.chart.nameOf(now.owner) || r.value.somebody;
      const by = doneBy(now);
      if (by !== null) finished.set(who, { n: (finished.get(who)?.n ?? 0) + 1, when: by.when });
      else if (now.owner?.reference !== was.owner?.reference) handed.add(who);
    }
    const said = [...[...finished].map(([who, { n, when }]) => r.value.conflictWho(who, n, showDateTime(when))), ...[...handed].map(r.value.conflictMoved)];
    return [...(said.length === 0 ? [r.value.conflictChanged] : said), r.value.conflictNothing].join(" ");
  }
}

function entryOf(task: Task): BundleEntry {
  const id = task.id ?? "";
  return { resource: task, request: { method: "PUT", url: `Task/${id}`, ifMatch: `W/"${task.meta?.versionId ?? ""}"` } };
}
