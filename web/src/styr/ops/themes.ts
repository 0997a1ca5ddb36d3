// SPDX-License-Identifier: Apache-2.0
// Themes of what employees have told.
import { find } from "../api.ts";
import { themesOf, type Themes } from "../experience.ts";

export const readThemes = async (signal: AbortSignal): Promise<Themes> => themesOf((await find("Experience", [], signal)).all);
