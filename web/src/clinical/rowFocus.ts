// SPDX-License-Identifier: Apache-2.0
// Where focus goes when a form is gone: to the row it was about, which may be drawn anew once the list has been read.
const heading = () => document.getElementById("section-heading");
const rowOf = (id: string) => (id === "" ? null : document.getElementById(`entry-${id}`));

/** fresh: when the lists have been read again; none when nothing was written. */
export function focusOn(id: string, fresh?: Promise<unknown>): void {
  setTimeout(() => (rowOf(id) ?? heading())?.focus(), 0);
  void fresh?.then(() => setTimeout(() => {
    const now = document.activeElement;
    if (now === document.body || now === heading()) rowOf(id)?.focus();
  }, 0));
}
