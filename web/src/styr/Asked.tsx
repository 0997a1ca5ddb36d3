// SPDX-License-Identifier: Apache-2.0
// A form that has been asked for, its file fetched when it first is.
import { lazy } from "../ui/Lazy.tsx";
import type { FormProps } from "./form/FormDialog.tsx";

export type { FormProps };
/** What a screen keeps of the form that is open on it. */
export type Asked = Pick<FormProps, "form" | "of" | "write" | "before" | "offers">;
export const FormDialog = lazy<FormProps>(() => import("./form/FormDialog.tsx").then((m) => m.FormDialog));
