// SPDX-License-Identifier: Apache-2.0
import type { Words } from "./words.sv.ts";

export const en: Words = {
  next: {
    heading: "Next step",
    none: "Nothing booked, planned or referred.",
    now: "Under way",
    since: (when) => `since ${when}`,
    ahead: "Next",
    later: (n) => (n === 1 ? "1 more time" : `${n} more times`),
    referrals: (n) => (n === 1 ? "1 open referral" : `${n} open referrals`),
    oldest: (title, date) => `oldest: ${title}, ${date}`,
  },
  news: {
    heading: "Since your last visit",
    first: "You have not had this record open before.",
    none: (when) => `Nothing new since ${when}.`,
    some: (n, when) => (n === 1 ? `1 new or changed entry since ${when}` : `${n} new or changed entries since ${when}`),
    atLeast: (n, when) => `At least ${n} new or changed entries since ${when}`,
    failed: "It could not be found out what is new.",
  },
  sought: {
    marked: (what) => `Marked in the text: ${what}.`,
    back: "To the hits",
    off: "Remove the marks",
  },
  find: "Search the record",
  sheet: "Summary",
  hidden: "Something is hidden",
};
