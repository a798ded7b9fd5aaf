// The browser tests run against the release build, which this starts on a database that bin/test made empty.
// bin/test sets the variables; `LYCEUM_BIN=… DATABASE_URL=… npx playwright test` does by hand what it does.
import { defineConfig } from "@playwright/test";

const port = process.env.LYCEUM_TEST_PORT ?? "3100";
const site = `http://127.0.0.1:${port}`;

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  // Two cores serve the site, its database and the browsers.
  workers: 2,
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  // A test that passes at the second try is a test to mend.
  retries: 0,
  // What a loaded machine may need; a condition that doesn't come fails long before.
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: "list",
  use: {
    baseURL: site,
    actionTimeout: 60_000,
    locale: "en-GB",
    timezoneId: "UTC",
    // A fifth of the time: ask for it with --trace=on.
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
    { name: "desktop", use: { viewport: { width: 1440, height: 900 } } },
    // What is the same on every screen runs once.
    { name: "phone", grepInvert: /@once/, use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } },
  ],
  webServer: {
    command: 'node end2end/courses.mjs && "$LYCEUM_BIN" migrate && "$LYCEUM_BIN" seed && "$LYCEUM_BIN" import var/test/ungated && "$LYCEUM_BIN" import var/test/hurry && "$LYCEUM_BIN" import var/test/unwritten && exec "$LYCEUM_BIN" serve',
    // Where Leptos.toml and the site's files are.
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
    },
  },
});
