// SPDX-License-Identifier: Apache-2.0
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { keysShown } from "./keys.ts";
import { setSingleKeys, singleKeys } from "./settings.ts";

/** Each row: the ways to press it (each a list of keys held together), and what it does. */
function rows() {
  const k = t.value.keys;
  return [
    { ways: [[k.ctrl, "K"]], does: k.palette },
    { ways: [["/"]], does: k.search },
    { ways: [[k.alt, "B"]], does: k.otherChart },
    { ways: [[k.alt, "U"]], does: k.unknown },
    { ways: [[k.alt, "1"], [k.alt, "9"]], does: k.sections, range: true },
    { ways: [[k.alt, "0"]], does: t.value.access.why },
    { ways: [["↓"], ["↑"], ["J"], ["K"]], does: k.move },
    { ways: [[k.enter]], does: k.open },
    { ways: [["F"]], does: k.find },
    { ways: [["N"]], does: k.note },
    { ways: [["O"]], does: k.medicine },
    { ways: [["L"]], does: k.add },
    { ways: [["V"]], does: k.acknowledge },
    { ways: [[k.ctrl, k.enter]], does: k.sign },
    { ways: [[k.esc]], does: k.back },
    { ways: [["?"]], does: k.help },
    { ways: [[k.ctrl, "P"]], does: k.print },
  ];
}

export function KeysDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const shown = keysShown.value;
  const k = t.value.keys;
  useLayoutEffect(() => {
    if (shown) dialog.current?.showModal();
    else dialog.current?.close();
  }, [shown]);
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="keys-heading" onClose={() => (keysShown.value = false)}>
      <h2 id="keys-heading">{k.heading}</h2>
      <table class="keys">
        <caption class="sr">{k.table}</caption>
        <thead class="sr"><tr><th scope="col">{k.key}</th><th scope="col">{k.does}</th></tr></thead>
        <tbody>
          {rows().map((row) => (
            <tr key={row.does}>
              <td>{row.ways.map((way, i) => <Way key={i} keys={way} before={i === 0 ? "" : row.range === true ? "–" : k.or} />)}</td>
              <td>{row.does}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <label class="check">
        <input type="checkbox" checked={singleKeys.value} onChange={(e) => setSingleKeys(e.currentTarget.checked)} />
        <span>{k.single}<small>{k.singleHint}</small></span>
      </label>
      <button type="button" class="button" onClick={() => (keysShown.value = false)}>{t.value.common.close}</button>
    </dialog>
  );
}

function Way({ keys, before }: { keys: readonly string[]; before: string }) {
  return <span class="way">{before === "" ? null : <i>{before}</i>}{keys.map((name) => <kbd key={name}>{name}</kbd>)}</span>;
}
