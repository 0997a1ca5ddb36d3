// SPDX-License-Identifier: Apache-2.0
// Two texts as one, with what went and what came marked by line and by word, never by colour alone.
import { useMemo } from "preact/hooks";
import { differences } from "./diff.ts";
import { n } from "./words.ts";

export function Differences({ before, after }: { before: string; after: string }) {
  const pieces = useMemo(() => differences(before, after), [before, after]);
  return (
    <div class="clinical note-diff">
      {pieces.map((p, i) => p.kind === "same" ? <span key={i}>{p.text}</span> : p.kind === "gone"
        ? <del key={i}><span class="sr">[{n.value.gone}: </span>{p.text}<span class="sr">]</span></del>
        : <ins key={i}><span class="sr">[{n.value.added}: </span>{p.text}<span class="sr">]</span></ins>)}
    </div>
  );
}
