// SPDX-License-Identifier: Apache-2.0
// What lies around every screen beside the header, fetched after the first screen: the palette and the receipts' strip.
import { useEffect } from "preact/hooks";
import { watchTasks } from "../results/watch.ts";
import { ReceiptStrip } from "../write/ReceiptStrip.tsx";
import "../write/resume.ts";
import { ChartTabs } from "./ChartTabs.tsx";
import { Palette } from "./Palette.tsx";
import { StyrFoot } from "./StyrFoot.tsx";

export const DeskTop = ChartTabs;

export function DeskFoot() {
  useEffect(watchTasks, []);
  return <><StyrFoot /><ReceiptStrip /><Palette /></>;
}
