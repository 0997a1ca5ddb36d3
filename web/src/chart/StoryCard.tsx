// SPDX-License-Identifier: Apache-2.0
// A card of the storyboard.
import type { ComponentChildren } from "preact";
import { t } from "../i18n/index.ts";
import { Icon, type IconName } from "../ui/Icon.tsx";

interface CardProps { heading: string; icon: IconName; tone: "warn" | "danger" | "plain"; children: ComponentChildren }

export function Card({ heading, icon, tone, children }: CardProps) {
  return (
    <section class={`sb-card sb-${tone}`}>
      <h2><Icon name={icon} />{heading}</h2>
      {children}
    </section>
  );
}

/** What nothing is seen of is never called empty. */
export function HiddenCard({ heading, icon }: { heading: string; icon: IconName }) {
  return <Card heading={heading} icon={icon} tone="warn"><p>{t.value.access.cardHidden}</p></Card>;
}
