// Measures how much pages shift while they load and hydrate, and prints it. Scores above 0.1 are
// commonly called poor; ours stay below 0.02.
import type { Page } from "@playwright/test";
import { DEMO, enterRoom } from "./room";
import { awake, expect, learner, signIn, test } from "./site";

const MOST = 0.02;

/** Records layout shifts on the pages that are loaded from now on. */
async function watch(page: Page) {
  await page.addInitScript(() => {
    const shifts: { value: number; what: string }[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as any[]) {
        if (entry.hadRecentInput) continue;
        const what = entry.sources.map(({ node }: { node?: Element }) => node?.className || node?.nodeName).join(", ");
        shifts.push({ value: entry.value, what });
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
}

/** Returns the sum of all shifts until now, and what was shifted. */
async function shifted(page: Page) {
  await page.evaluate(() => document.fonts.ready.then(() => new Promise((done) => setTimeout(done, 100))));
  const shifts = await page.evaluate(() => (window as any).shifts as { value: number; what: string }[]);
  return { sum: shifts.reduce((sum, { value }) => sum + value, 0), shifts };
}

async function measure(page: Page, name: string) {
  await awake(page);
  await page.waitForLoadState("networkidle");
  const { sum, shifts } = await shifted(page);
  const { width } = page.viewportSize()!;
  console.log(`layout shift of ${name} at ${width}: ${sum.toFixed(4)}`);
  expect(sum, `${name}: ${shifts.map(({ what }) => what).join("; ")}`).toBeLessThanOrEqual(MOST);
}

test("pages of learners don't shift", async ({ page }) => {
  await watch(page);
  await page.goto("/");
  await measure(page, "the landing page");
  await page.evaluate(() => document.body.prepend(Object.assign(document.createElement("p"), { style: "height: 300px" })));
  await expect.poll(async () => (await shifted(page)).sum, "a shift is noticed").toBeGreaterThan(MOST);
  await learner(page, DEMO);
  for (const [name, path] of [
    ["home", "/learn"],
    ["the catalog", "/courses"],
    ["a course", `/courses/${DEMO}`],
    ["a topic", `/learn/${DEMO}/what-was-counted`],
    ["devices", "/settings/devices"],
    ["a quiz", `/learn/${DEMO}/quiz/1/1`],
  ]) {
    await page.goto(path);
    await measure(page, name);
  }
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.locator(".quiz-prompt").waitFor();
  await measure(page, "a question of a quiz");
  await enterRoom(page, "Final exam");
  await measure(page, "the exam room");
});

test("pages of tutors don't shift", async ({ page }) => {
  await watch(page);
  await signIn(page, "tutor");
  for (const [name, path] of [
    ["the gradebook", ""],
    ["a learner", "/learners/sofia-lindqvist"],
    ["the outline", "/outline"],
    ["the question bank", "/questions"],
    ["the question editor", "/questions/new"],
    ["the import of questions", "/questions/import"],
    ["the exam form", "/exams/new"],
    ["cohorts", "/cohorts"],
  ]) {
    await page.goto(`/teach/${DEMO}${path}`);
    await measure(page, name);
  }
});
