// SPDX-License-Identifier: Apache-2.0
// A part of a screen that may come a moment after the rest.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { turn } from "../app/turns.ts";
import { SectionSkeleton } from "./Skeleton.tsx";

/** Its children in a task of their own; until then grey lines. */
export function Soon({ lines = 3, children }: { lines?: number; children: ComponentChildren }) {
  const [drawn, setDrawn] = useState(false);
  useEffect(() => {
    let gone = false;
    void turn().then(() => { if (!gone) setDrawn(true); });
    return () => { gone = true; };
  }, []);
  return drawn ? <>{children}</> : <SectionSkeleton lines={lines} />;
}
