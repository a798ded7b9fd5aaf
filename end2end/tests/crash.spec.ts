// The server is killed during a quiz and during an exam. Everything that it reported as saved must
// still be there.
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { awake, expect, learner, test } from "./site";
import { DEMO, answer, enterRoom, given, go, saved } from "./room";

const ROOT = join(import.meta.dirname, "../..");

/** Server of this test alone, on the same database as the site that the other tests use. */
class Server {
  private running?: ChildProcess;
  private constructor(readonly site: string) {}

  static async start(): Promise<Server> {
    const port = await new Promise<number>((resolve) => {
      const probe = createServer().listen(0, "127.0.0.1", () => {
        const { port } = probe.address() as { port: number };
        probe.close(() => resolve(port));
      });
    });
    const server = new Server(`http://127.0.0.1:${port}`);
    await server.restart();
    return server;
  }

  async restart() {
    const address = new URL(this.site).host;
    this.running = spawn(process.env.LYCEUM_BIN ?? "target/release/lyceum", ["serve"], {
      cwd: ROOT,
      stdio: "ignore",
      env: { ...process.env, LYCEUM_ADDR: address, LYCEUM_URL: this.site, LYCEUM_DATA_DIR: "var/test/data", LYCEUM_WORKERS: "0" },
    });
    await expect
      .poll(() => fetch(`${this.site}/readyz`).then((answer) => answer.ok, () => false), { timeout: 20_000 })
      .toBe(true);
  }

  async kill() {
    const running = this.running!;
    if (running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise((resolve) => running.once("exit", resolve));
    running.kill("SIGKILL");
    await gone;
  }
}

test.describe("a server that is killed", { tag: "@once" }, () => {
  test.use({ allowed: [["ERR_CONNECTION_REFUSED", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET", "Failed to load resource", "Failed to fetch"], { scope: "test" }] as never });

  test("loses no saved answer of an exam", async ({ page }) => {
    await learner(page, DEMO);
    const server = await Server.start();
    try {
      await enterRoom(page, "Final exam", server.site);
      await awake(page);
      await answer(page);
      await saved(page);
      await server.kill();
      await go(page, "2");
      await answer(page);
      await expect(page.locator("#ly-kept")).toContainText("Not saved yet");
      const before = [await given(page, 0), await given(page, 1)];
      await server.restart();
      await saved(page);
      await server.kill();
      await server.restart();
      await page.reload();
      expect([await given(page, 0), await given(page, 1)]).toEqual(before);
      await awake(page);
      await go(page, "end");
      await page.getByRole("button", { name: "Submit" }).click();
      await expect(page.locator(".quiz-score")).toBeVisible();
      await expect(page.getByText("Not answered", { exact: true })).toHaveCount(7);
      await awake(page);
    } finally {
      await server.kill();
    }
  });

  test("loses no saved answer of a quiz", async ({ page }) => {
    await learner(page, DEMO);
    const server = await Server.start();
    try {
      await page.goto(`${server.site}/learn/${DEMO}/quiz/1/1`);
      await page.getByRole("button", { name: "Start" }).click();
      await page.locator(".quiz-prompt").waitFor();
      await awake(page);
      await page.getByLabel("Flag for review").check();
      await expect(page.getByText("Saved", { exact: true })).toBeVisible();
      await server.kill();
      await server.restart();
      await page.goto(`${server.site}/learn/${DEMO}/quiz/1/1?show=1`);
      await expect(page.getByLabel("Flag for review")).toBeChecked();
      await page.goto(`${server.site}/learn/${DEMO}/quiz/1/1?show=end`);
      await expect(page.getByText("Flagged", { exact: true })).toBeVisible();
      await page.getByRole("button", { name: "Submit" }).click();
      await expect(page.locator(".quiz-score")).toBeVisible();
      await awake(page);
    } finally {
      await server.kill();
    }
  });
});
