// Runs the browser tests against the built site, which is started on an empty database.
// bin/test prepares the database and sets the variables. By hand: `LYCEUM_BIN=… DATABASE_URL=… npx
// playwright test`.
import { defineConfig } from "@playwright/test";

const port = process.env.LYCEUM_TEST_PORT ?? "3100";
const site = `http://127.0.0.1:${port}`;

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  // Site, database and browsers share two cores.
  workers: 2,
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  // No second run: a flaky test must be repaired.
  retries: 0,
  // Generous for a loaded machine; the conditions within a test have a shorter limit.
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: "list",
  use: {
    baseURL: site,
    actionTimeout: 60_000,
    locale: "en-GB",
    timezoneId: "UTC",
    // Nothing moves while a test points at it. On a loaded machine a menu that slides in takes so
    // long that Playwright scrolls the page to reach it, and the menu closes.
    reducedMotion: "reduce",
    // Tracing takes a fifth of the time; turn it on with --trace=on.
    trace: "off",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.LYCEUM_CHROMIUM || undefined,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    {
      name: "desktop",
      use: { viewport: { width: 1440, height: 900 } },
    },
    // Tests tagged @once do not depend on the size of the screen.
    { name: "phone", grepInvert: /@once/, use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } },
  ],
  webServer: {
    command: 'node end2end/courses.mjs && "$LYCEUM_BIN" migrate && "$LYCEUM_BIN" seed && "$LYCEUM_BIN" import var/test/ungated && "$LYCEUM_BIN" import var/test/hurry && "$LYCEUM_BIN" import var/test/sorting && "$LYCEUM_BIN" import var/test/unwritten && "$LYCEUM_BIN" import var/test/modeled && "$LYCEUM_BIN" index with-a-model && "$LYCEUM_BIN" import var/test/marked && exec "$LYCEUM_BIN" serve',
    // The site is started in the folder that has Leptos.toml and its files.
    cwd: "..",
    url: site,
    timeout: 180_000,
    gracefulShutdown: { signal: "SIGTERM", timeout: 10_000 },
    stdout: "ignore",
    stderr: "pipe",
    env: {
      LYCEUM_BIN: process.env.LYCEUM_BIN ?? "target/release/lyceum",
      LYCEUM_ADDR: `127.0.0.1:${port}`,
      LYCEUM_URL: site,
      LYCEUM_DATA_DIR: "var/test/data",
      // tutor-stream.spec.ts starts a server of models here, and an admin chooses a model for one
      // course. All other courses have none.
      OPENAI_BASE_URL: `http://127.0.0.1:${Number(port) + 90}/v1`,
      OPENAI_CHAT_MODEL: "",
    },
  },
});
