// SPDX-License-Identifier: Apache-2.0
// A new idea: what is needed, in the proposer's own words.
import { navigate } from "../app/route.ts";
import { find, save } from "./api.ts";
import { myself } from "./may.ts";
import { Area, Dialog, Form, Input } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import { s } from "./words.ts";

const never = new AbortController().signal;

export function ProposeDialog({ close }: { close: () => void }) {
  const w = s.value.propose;
  const me = myself();
  return (
    <Dialog heading={w.heading} close={close}>
      <p class="hint">{w.about}</p>
      <Form button={w.button} cancel={close} run={async (value) => {
        const process = (await find("ProcessDefinition", [["status", "active"]], never)).all[0];
        const made = await save({ resourceType: "Initiative", status: "idea", title: value("title"), need: value("need"), phase: 1, ...(process?.id === undefined ? {} : { process: { reference: `ProcessDefinition/${process.id}` } }), ...(me === undefined ? {} : { nominatedBy: me }) }, w.receipt, styrPath("tavla"));
        close();
        navigate(styrPath("initiativ", made.id ?? ""));
      }}>
        <Input label={w.title} name="title" required />
        <Area label={w.need} name="need" required rows={4} />
      </Form>
    </Dialog>
  );
}
