// SPDX-License-Identifier: Apache-2.0
import { Icon, type IconName } from "./Icon.tsx";

export type Tone = "plain" | "good" | "warn" | "danger" | "info" | "quiet";

/** A short word in a frame. The colour only repeats what the word and the icon say. */
export function Badge({ text, tone = "plain", icon }: { text: string; tone?: Tone; icon?: IconName }) {
  return <span class={`badge badge-${tone}`}>{icon === undefined ? null : <Icon name={icon} />}{text}</span>;
}
