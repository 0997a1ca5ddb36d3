// SPDX-License-Identifier: Apache-2.0
// Accounts: who can log in, how it stands with each, and what can be done about it.
import { useRef, useState } from "preact/hooks";
import { nameText, currentName } from "../fhir/text.ts";
import { searchPrivately } from "../fhir/client.ts";
import { showDateTime } from "../i18n/format.ts";
import { word } from "../i18n/index.ts";
import { session } from "../session/session.ts";
import { Badge } from "../ui/Badge.tsx";
import { FailureBox, failureText } from "../ui/FailureBox.tsx";
import { Icon } from "../ui/Icon.tsx";
import { SectionSkeleton } from "../ui/Skeleton.tsx";
import { addAccount, doAccount, findAccounts, type Account, type AccountPage, type Deed } from "./calls.ts";
import { later, useLoaded, type Choice } from "./load.ts";
import { DeedForm, Dialog, Picker, Told } from "./Parts.tsx";
import { a } from "./words.ts";

interface Receipt { text: string; password?: string | undefined }
type Asked = { kind: "add" } | { kind: "disable" | "reset" | "end-sessions"; account: Account };

export function AccountsScreen() {
  const w = a.value.accounts;
  const [text, setText] = useState("");
  const [from, setFrom] = useState(0);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [receipt, setReceipt] = useState<Receipt | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const list = useLoaded((signal) => later(signal).then(() => findAccounts(text, from, signal)), [text, from]);
  const did = (next: Receipt) => {
    setAsked(null);
    setReceipt(next);
    list.again();
  };
  const run = (deed: Deed, name: string) => doAccount(deed, name).then((r) => did({ text: w.receipt(name, word(w.did, deed === "end-sessions" ? "end" : deed)), password: r.password }));
  return (
    <section aria-labelledby="admin-heading">
      <h2 id="admin-heading">{w.heading}</h2>
      <div class="admin-bar">
        <label><span>{w.label}</span><input class="field" type="search" autocomplete="off" value={text} aria-describedby="accounts-hint" onInput={(e) => { setText(e.currentTarget.value); setFrom(0); }} /></label>
        <button type="button" class="button button-main" onClick={() => { setReceipt(null); setAsked({ kind: "add" }); }}>{w.add}</button>
      </div>
      <p id="accounts-hint" class="hint">{w.hint}</p>
      <div role="status">{receipt === null ? null : <ReceiptBox receipt={receipt} />}</div>
      {wrong === null ? null : <FailureBox text={failureText(wrong)} />}
      {list.error === null ? null : <FailureBox text={failureText(list.error)} retry={list.again} />}
      {list.data === null && list.error === null ? <SectionSkeleton /> : null}
      {list.data === null ? null : (
        <AccountTable page={list.data} turn={setFrom} act={(deed, account) => {
          setReceipt(null);
          setWrong(null);
          if (deed === "enable" || deed === "unlock") run(deed, account.name).catch(setWrong);
          else setAsked({ kind: deed, account });
        }} />
      )}
      {asked === null ? null : asked.kind === "add" ? <AddAccount done={did} close={() => setAsked(null)} /> : (
        <Dialog heading={w[asked.kind === "end-sessions" ? "end" : asked.kind]} close={() => setAsked(null)}>
          <DeedForm button={w[asked.kind === "end-sessions" ? "end" : asked.kind]} danger run={() => run(asked.kind, asked.account.name)} cancel={() => setAsked(null)}>
            <p>{w.sure[asked.kind === "end-sessions" ? "end" : asked.kind](asked.account.name)}</p>
          </DeedForm>
        </Dialog>
      )}
    </section>
  );
}

/** A password is shown once, with what to do with it. */
function ReceiptBox({ receipt }: { receipt: Receipt }) {
  const w = a.value.accounts;
  return (
    <div class="box box-good admin-receipt">
      <Icon name="check" />
      <div>
        <p>{receipt.text}</p>
        {receipt.password === undefined ? null : <><p>{w.password}: <code class="once">{receipt.password}</code></p><p>{w.passwordHint}</p></>}
      </div>
    </div>
  );
}

function AccountTable({ page, turn, act }: { page: AccountPage; turn: (from: number) => void; act: (deed: Deed, account: Account) => void }) {
  const w = a.value.accounts;
  if (page.total === 0) return <p class="empty">{a.value.none}</p>;
  const last = page.from + page.accounts.length;
  return (
    <>
      <table class="admin-table">
        <caption class="sr">{w.table}</caption>
        <thead><tr><th scope="col">{w.name}</th><th scope="col">{w.person}</th><th scope="col">{w.state}</th><th scope="col">{w.login}</th><td /></tr></thead>
        <tbody>{page.accounts.map((one) => <AccountRow key={one.name} one={one} act={act} />)}</tbody>
      </table>
      <p class="pager">
        <span>{a.value.page(page.from + 1, last, page.total)}</span>
        {page.from === 0 ? null : <button type="button" class="button button-small" onClick={() => turn(Math.max(0, page.from - page.count))}>{a.value.previous}</button>}
        {last >= page.total ? null : <button type="button" class="button button-small" onClick={() => turn(page.from + page.count)}>{a.value.next}</button>}
      </p>
    </>
  );
}

function AccountRow({ one, act }: { one: Account; act: (deed: Deed, account: Account) => void }) {
  const w = a.value.accounts;
  const own = session.value?.account === one.name;
  const staff = one.kind === "staff";
  return (
    <tr>
      <th scope="row">{one.name}{own ? <small>{w.own}</small> : null}</th>
      <td data-label={w.person}>{one.person.display || one.person.reference}<small>{word(a.value.kinds, one.kind)}{staff ? ` · ${w.assignments(one.usable, one.assignments)}` : ""}</small></td>
      <td data-label={w.state}>
        <Badge text={one.enabled ? w.enabled : w.disabled} tone={one.enabled ? "good" : "danger"} icon={one.enabled ? "check" : "lock"} />
        {one.once ? <Badge text={w.once} tone="info" icon="mark" /> : null}
        {one.wait > 0 ? <Badge text={w.wait(one.wait)} tone="warn" icon="warning" /> : null}
        {staff && one.enabled && one.usable === 0 ? <Badge text={w.unusable} tone="danger" icon="warning" /> : null}
        {one.fails > 0 && one.failed !== undefined ? <small>{w.fails(one.fails, showDateTime(one.failed))}</small> : null}
      </td>
      <td data-label={w.login} class="num">{one.login === undefined ? a.value.never : showDateTime(one.login)}<small>{one.sessions > 0 ? w.sessions(one.sessions) : ""}</small></td>
      <td class="deeds">
        <div role="group" aria-label={w.actions(one.name)}>
          {one.fails > 0 ? <button type="button" class="button button-small" onClick={() => act("unlock", one)}>{w.unlock}</button> : null}
          {own ? null : <button type="button" class="button button-small" onClick={() => act("reset", one)}>{w.reset}</button>}
          {one.sessions > 0 && !own ? <button type="button" class="button button-small" onClick={() => act("end-sessions", one)}>{w.end}</button> : null}
          {own ? null : one.enabled ? <button type="button" class="button button-small" onClick={() => act("disable", one)}>{w.disable}</button> : <button type="button" class="button button-small" onClick={() => act("enable", one)}>{w.enable}</button>}
        </div>
      </td>
    </tr>
  );
}

const HITS = "10";
export async function findStaff(text: string, signal: AbortSignal): Promise<Choice[]> {
  const page = await searchPrivately("Practitioner", [["name", text], ["_count", HITS]], signal);
  return page.matches.map((p) => ({ id: `Practitioner/${p.id ?? ""}`, title: nameText(currentName(p.name)) || (p.id ?? ""), line: p.identifier?.[0]?.value ?? p.qualification?.[0]?.code.text ?? "" }));
}

function AddAccount({ done, close }: { done: (receipt: Receipt) => void; close: () => void }) {
  const w = a.value.accounts;
  const [chosen, setChosen] = useState<Choice | null>(null);
  const name = useRef<HTMLInputElement>(null);
  const other = useRef<HTMLInputElement>(null);
  const run = async () => {
    const person = other.current?.value.trim() || chosen?.id;
    if (person === undefined || person === "") throw new Told(w.choose);
    const made = await addAccount(name.current?.value.trim() ?? "", person);
    done({ text: w.made(made.name), password: made.password });
  };
  return (
    <Dialog heading={w.addHeading} close={close}>
      <DeedForm button={w.make} run={run} cancel={close}>
        <label><span>{w.addName}</span><input ref={name} class="field" name="account" required autocomplete="off" autocapitalize="none" spellcheck={false} aria-describedby="add-name-hint" /></label>
        <p id="add-name-hint" class="hint">{w.addNameHint}</p>
        <fieldset>
          <legend>{w.who}</legend>
          <Picker label={w.whoStaff} find={findStaff} chosen={chosen} choose={setChosen} />
          <label><span>{w.whoOther}</span><input ref={other} class="field" name="other" autocomplete="off" autocapitalize="none" spellcheck={false} /></label>
        </fieldset>
      </DeedForm>
    </Dialog>
  );
}
