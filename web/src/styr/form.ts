// SPDX-License-Identifier: Apache-2.0
// What a form gives to what it does.

/** What stands in a field; a choice among codes is one of them. */
export type Values = <T extends string = string>(name: string) => T;
export type Run = (value: Values) => Promise<unknown>;
export type Note = (note: string) => Promise<void>;

export type Then = () => Promise<unknown>;
