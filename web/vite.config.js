// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from "vite";

// During development the record answers on its usual address; `npm run web:dev` proxies the API there.
const server = process.env.HELHET_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  root: import.meta.dirname,
  base: "/",
  publicDir: "public",
  build: {
    outDir: "../build/web",
    emptyOutDir: true,
    target: "es2022",
    // Nothing is inlined as data: URLs, so the content security policy can stay at 'self'.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { "/fhir": server, "/health": server, "/auth": server } },
});
