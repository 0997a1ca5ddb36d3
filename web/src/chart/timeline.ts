// SPDX-License-Identifier: Apache-2.0
// One timeline out of many lists that each arrive page by page, newest first. An event is shown only when no list can
// still deliver something newer, so that nothing slips in above what has been read.

export interface TimedList<T> {
  items: readonly { time: number; item: T }[];
  /** More pages wait on the server. */
  more: boolean;
}

export interface Merged<T> {
  events: { time: number; item: T }[];
  /** Indexes of the lists whose next page is needed to show more. */
  wanted: number[];
}

export function mergeTimeline<T>(lists: readonly TimedList<T>[], countMax: number): Merged<T> {
  const ends = lists.map((list) => (list.more ? (list.items[list.items.length - 1]?.time ?? Number.POSITIVE_INFINITY) : Number.NEGATIVE_INFINITY));
  const horizon = Math.max(Number.NEGATIVE_INFINITY, ...ends);
  const events = lists.flatMap((list) => list.items.filter((event) => event.time >= horizon)).sort((a, b) => b.time - a.time);
  const wanted = ends.flatMap((end, i) => (lists[i]?.more === true && end >= horizon ? [i] : []));
  return { events: events.slice(0, countMax), wanted: events.length < countMax ? wanted : [] };
}
