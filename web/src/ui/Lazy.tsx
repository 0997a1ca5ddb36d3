// SPDX-License-Identifier: Apache-2.0
// A screen that is a file of its own, fetched when it is first looked at; a failure says so and can be tried again.
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { signal } from "@preact/signals";
import { turn } from "../app/turns.ts";
import { t } from "../i18n/index.ts";
import { FailureBox } from "./FailureBox.tsx";
import { SectionSkeleton } from "./Skeleton.tsx";

export type Lazy<P> = ComponentType<P> & { /** Fetches the file ahead of its first look. */ ahead: () => void };
interface Loader<P> { (): Promise<ComponentType<P>> }

export function lazy<P extends object = object>(load: Loader<P>): Lazy<P> {
  const found = signal<ComponentType<P> | null>(null);
  const failed = signal(false);
  const ahead = () => {
    if (found.peek() !== null) return;
    failed.value = false;
    load().then(async (component) => { await turn(); found.value = component; }, () => (failed.value = true));
  };
  const Lazy = (props: P) => {
    useEffect(ahead, []);
    const Screen = found.value;
    if (failed.value) return <FailureBox text={t.value.failure.network} retry={ahead} />;
    return Screen === null ? <SectionSkeleton /> : <Screen {...props} />;
  };
  return Object.assign(Lazy, { ahead });
}
