// SPDX-License-Identifier: Apache-2.0
import { render } from "preact";
import { App } from "./app/App.tsx";
import { watchConnection } from "./app/connection.ts";
import { startKeys } from "./app/keys.ts";
import { startRouting } from "./app/route.ts";
import { startLanguage } from "./i18n/index.ts";
import { startSession } from "./session/session.ts";
import "./styles/index.css";

startRouting();
startKeys();
watchConnection();
await Promise.all([startLanguage(), startSession()]);
const root = document.getElementById("app");
if (root !== null) render(<App />, root);
