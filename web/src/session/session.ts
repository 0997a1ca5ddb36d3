// SPDX-License-Identifier: Apache-2.0
// Who is logged in, and in which assignment. The cookie is the browser's alone; what is known here is what
// GET /auth/session tells. When a session has rested or ended, the request that found out waits until it is awake again,
// so that the same screen goes on.
import { computed, signal } from "@preact/signals";

export interface Named { reference: string; display: string }
export interface Word { code: string; sv: string; en: string }
export interface Assignment { id: string; title: string; unit: Named; provider: Named; role?: Word & { rights?: readonly string[] }; purposes: readonly Word[]; unfit?: string }
export interface Session {
  access: "open" | "on";
  /** change: logged in with a one-time password, which must be changed first. */
  state: "none" | "idle" | "change" | "live";
  account?: string;
  kind?: string;
  user?: Named;
  assignment?: string;
  purpose?: Word;
  assignments?: readonly Assignment[];
  /** What the outside provider is called, when there is one; through: this session came through it. */
  outside?: { sv: string; en: string };
  through?: boolean;
}

/** login: nobody is here. choose: an assignment is needed. locked: somebody was, and gives the password again. */
export type Stage = "starting" | "in" | "login" | "change" | "choose" | "locked";

const POLL_MS = 30_000;
const BACK_MAX = 512;
export const session = signal<Session | null>(null);
export const stage = signal<Stage>("starting");
export const current = computed(() => session.value?.assignments?.find((a) => a.id === session.value?.assignment) ?? null);
/** A patient or a guardian: whose own record it is, and who searches for nobody. */
export const isOwn = computed(() => session.value?.access === "on" && (session.value.kind === "patient" || session.value.kind === "guardian"));
/** What the assignment may do beside the record: "administrate", "log". */
/** Does the assignment in use read patients' records? (definitions/access/purposes.json) */
export const forCare = computed(() => session.value?.access !== "on" || ["care", "coordination"].includes(session.value.purpose?.code ?? ""));
export const rights = computed<ReadonlySet<string>>(() => new Set(current.value?.role?.rights ?? []));
let waiting: (() => void)[] = [];

function settle(next: Session): void {
  const before = session.value;
  if (next.access === "open") {
    session.value = next;
    stage.value = "in";
  } else if (next.state === "live") {
    session.value = next;
    stage.value = next.kind === "staff" && next.assignment === undefined ? "choose" : "in";
  } else if (next.state === "change") {
    session.value = next;
    stage.value = "change";
  } else if (next.state === "idle" || before?.state === "live") {
    session.value = before ?? next;
    stage.value = "locked";
  } else {
    session.value = next;
    stage.value = "login";
  }
  if (stage.value !== "in") return;
  const ready = waiting;
  waiting = [];
  for (const go of ready) go();
}

async function ask(): Promise<void> {
  const response = await fetch("/auth/session", { cache: "no-store" });
  if (response.ok) settle((await response.json()) as Session);
}

export class LoginError extends Error {
  constructor(readonly outcome: unknown) {
    super("login");
  }
}

async function send(what: string, body: Record<string, unknown>): Promise<unknown> {
  const response = await fetch(`/auth/${what}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Helhet-Request": "1" },
    body: JSON.stringify(body),
  });
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new LoginError(answer);
  return answer;
}

async function post(what: string, body: Record<string, unknown>): Promise<void> {
  settle((await send(what, body)) as Session);
}

/** To the outside provider, and back to this very screen. */
export async function goOutside(): Promise<void> {
  const back = location.pathname + location.search;
  const answer = (await send("oidc", { back: back.length <= BACK_MAX ? back : "/" })) as { url: string };
  location.assign(answer.url);
}

export const login = (name: string, password: string) => post("login", { name, password });
export const choose = (assignment: string) => post("assignment", { assignment });

/** The password alone wakes a resting session; one that has ended is begun again, in the same assignment. */
export async function unlock(password: string): Promise<void> {
  const was = session.value;
  try {
    await post("resume", { password });
  } catch (error) {
    const ended = error instanceof LoginError && JSON.stringify(error.outcome).includes('"LOGIN_REQUIRED"');
    if (!ended || was?.account === undefined) throw error;
    await post("login", { name: was.account, password, ...(was.assignment === undefined ? {} : { assignment: was.assignment }) });
  }
}

/** The password in use and the one to come; the account's other sessions end. */
export const changePassword = (old: string, fresh: string) => post("password", { old, new: fresh });

/** everywhere: the account's sessions on other computers too. */
export async function logout(everywhere = false): Promise<void> {
  const answer = (await send("logout", everywhere ? { everywhere } : {})) as Session & { leave?: string };
  session.value = null;
  // Whoever came through the outside provider is logged out there too, which sends the browser back here.
  location.assign(answer.leave ?? "/");
}

/** Called when the record says 401: resolves when somebody is logged in again. */
export async function sessionAgain(signal: AbortSignal): Promise<void> {
  await ask();
  if (stage.value === "in") return;
  await new Promise<void>((resolve, reject) => {
    waiting.push(resolve);
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

export async function startSession(): Promise<void> {
  // A service that does not answer is told of by the connection banner; the first request that gets through asks again.
  await ask().catch(() => (stage.value = "in"));
  setInterval(() => {
    if (session.value?.state === "live" && stage.value === "in" && document.visibilityState === "visible") void ask().catch(() => undefined);
  }, POLL_MS);
}

export type Send = (name: string, password: string) => Promise<void>;

/** Gives focus to the first button that can be pressed. */
export function focusFirst(list: HTMLElement | null): void {
  list?.querySelector<HTMLElement>("button:enabled")?.focus();
}
