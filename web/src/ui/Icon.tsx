// SPDX-License-Identifier: Apache-2.0
// Our own line drawings, 24 by 24. They only ever stand beside words, so they are hidden from screen readers.
const PATHS = {
  logo: "M6 5v14M18 5v14M6 12c3.5-5 8.5 5 12 0",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 20 20",
  keys: "M3 7h18v10H3zM7 10.5h.01M11 10.5h.01M15 10.5h.01M8 14h8",
  language: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c-5 5-5 13 0 18M12 3c5 5 5 13 0 18",
  warning: "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.01",
  allergy: "M12 3c4 5 6 7.800 6 11a6 6 0 0 1-12 0c0-3.200 2-6 6-11zM9.500 12l5 5M14.500 12l-5 5",
  shield: "M12 3 5 6v6c0 4.500 3 7.500 7 9 4-1.500 7-4.500 7-9V6zM9 12l2 2 4-4",
  twins: "M8.500 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM15.500 5a3 3 0 1 1 0 6M3 19c0-3 2.500-5 5.500-5s5.500 2 5.500 5M15.500 14c3 0 5.500 2 5.500 5",
  check: "M5 12.500 10 17l9-10",
  up: "M12 20V5M6 11l6-6 6 6",
  down: "M12 4v15M6 13l6 6 6-6",
  doubleUp: "M6 12l6-6 6 6M6 18l6-6 6 6",
  doubleDown: "M6 6l6 6 6-6M6 12l6 6 6-6",
  mark: "M12 5v9M12 18v.01",
  list: "M9 6h11M9 12h11M9 18h11M4 6h.01M4 12h.01M4 18h.01",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 20c0-4 3.500-6 8-6s8 2 8 6",
  exit: "M14 4h5v16h-5M4 12h11M11 8l4 4-4 4",
  inbox: "M4 13 7 5h10l3 8v6H4zM4 13h5l1.500 3h3l1.500-3h5",
  bed: "M3 6v13M3 15h18v4M21 15v-2a3 3 0 0 0-3-3h-8v5M6.500 10a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3z",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M5 11h14v9H5z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
