// SPDX-License-Identifier: Apache-2.0
// The contract cliff, put together of the systems in use.
import { find, todayText } from "../api.ts";
import { assetOf, cliffOf, type Cliff } from "../cliff.ts";

export async function readCliff(signal: AbortSignal): Promise<Cliff> {
  const today = todayText();
  const found = await find("SystemAsset", [], signal);
  return cliffOf(found.all.filter((one) => one.status !== "ended").map((one) => assetOf(one, today)));
}
