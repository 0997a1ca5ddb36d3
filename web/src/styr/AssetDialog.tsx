// SPDX-License-Identifier: Apache-2.0
// A system and its contract, added to the inventory.
import { save } from "./api.ts";
import { myself } from "./may.ts";
import { Dialog, Form, Input, Select } from "./Parts.tsx";
import { styrPath } from "./places.ts";
import { choices, s } from "./words.ts";

export function AssetDialog({ close, did }: { close: () => void; did: (text: string) => void }) {
  const w = s.value.cliff;
  const me = myself();
  if (me === undefined) return <Dialog heading={w.add} close={close}><p class="box box-warn">{w.needsAssignment}</p></Dialog>;
  return (
    <Dialog heading={w.add} close={close}>
      <Form button={s.value.save} cancel={close} run={async (value) => {
        await save({
          resourceType: "SystemAsset", status: "in-use", name: value("name"), owner: me, contractEnd: value("end"), leadTimeMonths: Number(value("lead")), criticality: value("criticality"), obsolete: value("obsolete") !== "",
          ...(value("obsolete") === "" ? {} : { obsoleteReason: value("obsolete") }), ...(value("cost") === "" ? {} : { annualCost: { value: Number(value("cost")), currency: "SEK" } }),
        }, w.receipt, styrPath("avtal"));
        close();
        did(w.receipt);
      }}>
        <Input label={w.name} name="name" required />
        <Input label={w.end} name="end" type="date" required />
        <Input label={w.lead} name="lead" type="number" min={0} max={120} required />
        <Select label={w.criticalityLabel} name="criticality" all={choices("criticality")} />
        <Input label={w.cost} name="cost" type="number" min={0} />
        <Input label={w.obsoleteWhy} name="obsolete" />
      </Form>
    </Dialog>
  );
}
