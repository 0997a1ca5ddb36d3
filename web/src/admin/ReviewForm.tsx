// SPDX-License-Identifier: Apache-2.0
// A documented outcome of one access, or of the accesses of one pattern.
import { useRef, useState } from "preact/hooks";
import { failureText } from "../ui/failureText.ts";
import { review } from "./calls.ts";
import { DeedForm, Dialog, Told } from "./Parts.tsx";
import { a } from "./words.ts";

interface Props { events: readonly string[]; close: () => void; done: (outcome: string) => void }

export function ReviewForm({ events, close, done }: Props) {
  const w = a.value.sample;
  const form = useRef<HTMLDivElement>(null);
  const made = useRef(0);
  const [outcome, setOutcome] = useState("ok");
  const run = async () => {
    const note = form.current?.querySelector("textarea")?.value.trim() ?? "";
    if (outcome !== "ok" && note === "") throw new Told(w.noteNeeded);
    // Each is a record of its own; what has been documented is not documented again when one fails.
    for (; made.current < events.length; made.current++) {
      try {
        await review(events[made.current] ?? "", outcome, note);
      } catch (error) {
        throw made.current === 0 ? error : new Told(`${w.some(made.current, events.length)} ${failureText(error)}`);
      }
    }
    done(outcome);
  };
  return (
    <Dialog heading={w.reviewHeading} close={close}>
      <DeedForm button={w.save} run={run} cancel={close}>
        <div ref={form} class="admin-form">
          {events.length === 1 ? null : <p>{w.reviewMany(events.length)}</p>}
          <fieldset class="admin-radios">
            <legend>{w.outcome}</legend>
            {Object.entries(w.outcomes).map(([code, text]) => <label key={code}><input type="radio" name="outcome" value={code} checked={outcome === code} onChange={() => setOutcome(code)} /><span>{text}</span></label>)}
          </fieldset>
          <label><span>{w.note}</span><textarea class="field" rows={3} maxLength={200} /></label>
        </div>
      </DeedForm>
    </Dialog>
  );
}
