// SPDX-License-Identifier: Apache-2.0
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** A modal dialog, open while it is drawn; Esc closes, and focus goes back to where it was. */
export function Dialog({ heading, close, leaving, kind = "", children }: { heading: string; close: () => void; /** Esc, before it closes; may prevent that. */ leaving?: (event: Event) => void; /** A class of its own. */ kind?: string; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => { if (before instanceof HTMLElement && before.isConnected) before.focus(); };
  }, []);
  return (
    <dialog ref={dialog} class={`dialog admin-dialog ${kind}`} aria-labelledby="dialog-heading" onClose={close} onCancel={leaving}>
      <h2 id="dialog-heading">{heading}</h2>
      {children}
    </dialog>
  );
}
