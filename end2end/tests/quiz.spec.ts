// Quizzes: failing, learning from the result and passing; locked topics; leaving and returning; no
// JavaScript.
import type { Page } from "@playwright/test";
import { accessible, awake, expect, holdBack, learner, test } from "./site";
import { secondsLeft } from "./room";

const DEMO = "how-to-trust-a-number";
const QUIZ = `/learn/${DEMO}/quiz/1/1`;

/** Right answers shown in results, by the text of the question. */
type Known = Map<string, string[]>;

const plain = (text: string) => text.replace(/\s+/g, " ").trim();
const texts = async (page: Page, selector: string) => (await page.locator(selector).allInnerTexts()).map(plain);

/** Answers the shown question correctly if its answer is known, otherwise arbitrarily. */
async function answer(page: Page, known: Known) {
  const right = known.get(plain(await page.locator(".quiz-prompt").innerText())) ?? [];
  const places = page.locator(".quiz-form ul.quiz-places > li");
  if ((await places.count()) > 0) {
    const offered = await texts(page, ".quiz-form ol.quiz-places > li");
    for (let at = 0; at < (await places.count()); at++) {
      const line = plain(await places.nth(at).locator("span").innerText());
      const select = places.nth(at).locator("select");
      if (offered.length === 0) {
        const place = right.indexOf(line);
        await select.selectOption(String((place < 0 ? at : place) + 1));
      } else {
        const match = right.find((pair) => pair.startsWith(`${line} → `))?.slice(line.length + 3);
        const letter = offered.find((text) => text.slice(2).trim() === match)?.charAt(0);
        await select.selectOption({ label: letter ?? "A" });
      }
    }
    return;
  }
  if ((await page.locator("textarea[name='given[text]']").count()) > 0) {
    const fails = right[0]?.startsWith("It does not compile");
    await page.locator(`[name='given[compiles]'][value=${fails ? "no" : "yes"}]`).check();
    const line = right[0]?.match(/line (\d+)/)?.[1];
    if (fails && line) await page.locator("[name='given[line]']").fill(line);
    if (!fails) await page.locator("textarea[name='given[text]']").fill(right.join("\n") || "?");
    return;
  }
  const text = page.locator("input[name='given[text]']");
  if ((await text.count()) > 0) {
    await text.fill(right[0] ?? "?");
    return;
  }
  const options = page.locator(".quiz-option");
  for (let at = 0; at < (await options.count()); at++) {
    const chosen = right.length > 0 ? right.includes(plain(await options.nth(at).innerText())) : at === 0;
    if (chosen) await options.nth(at).locator("input").check();
  }
}

/** Takes the quiz and learns the right answers from its result. */
async function take(page: Page, known: Known) {
  await page.goto(QUIZ);
  await page.getByRole("button", { name: /^(Start|Try again)$/ }).click();
  for (;;) {
    await expect(page.locator(".quiz-prompt")).toBeVisible();
    await page.waitForLoadState("domcontentloaded");
    const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    expect(wide, "nothing is wider than the screen").toBeLessThanOrEqual(screen);
    const heading = await page.getByRole("heading", { name: /^Question \d+ of \d+$/ }).innerText();
    await answer(page, known);
    const [number, count] = heading.match(/\d+/g)!.map(Number);
    await page.getByRole("button", { name: number === count ? "Review answers" : "Next", exact: true }).last().click();
    if (number === count) break;
    await expect(page.getByRole("heading", { name: `Question ${number + 1} of ${count}` })).toBeAttached();
  }
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.locator(".quiz-score")).toBeVisible();
  await page.waitForLoadState("domcontentloaded");
  for (const item of await page.locator(".quiz-answers > li").all()) {
    const blocks = item.locator(".prose");
    const taught = item.getByRole("heading", { name: "Correct answer" });
    if ((await taught.count()) === 0) continue;
    const right = blocks.nth(2);
    const lines = (await right.locator("li").count()) > 0 ? await right.locator("li").allInnerTexts() : (await right.innerText()).split("\n");
    known.set(plain(await blocks.nth(0).innerText()), lines.map(plain).filter((line) => line !== ""));
  }
}

test("a quiz is failed, learned from and passed, and opens what follows", async ({ page, isMobile }) => {
  await learner(page, DEMO);
  await page.goto(`/learn/${DEMO}/who-is-missing`);
  await awake(page);
  if (isMobile) await page.getByRole("button", { name: "Outline" }).click();
  await expect(page.locator(".outline li.quiz.lock").first()).toContainText("after quiz 1.1");
  await page.goto(QUIZ);
  await awake(page);
  await expect(page.getByText("70% to pass")).toBeVisible();
  await accessible(page);

  const known: Known = new Map();
  for (let round = 0; round < 8; round++) {
    await take(page, known);
    if (round === 0) {
      await awake(page);
      await accessible(page);
    }
    if (await page.getByText("Passed", { exact: true }).first().isVisible()) break;
    await expect(page.getByRole("link", { name: "Try again" })).toBeVisible();
  }
  await page.getByRole("link", { name: /^Continue:/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Averages");
});

test("what was answered is there after leaving, and in a second tab", { tag: "@once" }, async ({ page, context }) => {
  await learner(page, DEMO);
  await page.goto(QUIZ);
  await awake(page);
  await page.getByRole("button", { name: "Start" }).click();
  await expect(page.locator(".quiz-prompt")).toBeVisible();
  await expect(page.getByRole("timer")).toContainText("left");
  await awake(page);
  await page.getByLabel("Flag for review").check();
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await accessible(page);
  const prompt = await page.locator(".quiz-prompt").innerText();
  const other = await context.newPage();
  await page.close();
  await other.goto(QUIZ);
  await expect(other.locator(".quiz-prompt")).toHaveText(prompt, { useInnerText: true });
  await expect(other.getByLabel("Flag for review")).toBeChecked();
});

test("a page that is long asleep gains no time", { tag: "@once" }, async ({ page }) => {
  await learner(page, DEMO);
  await page.goto(QUIZ);
  await page.getByRole("button", { name: "Start" }).click();
  await expect(page.getByRole("timer")).toContainText("left");
  const release = await holdBack(page);
  await page.reload({ waitUntil: "commit" });
  const said = await secondsLeft(page);
  const sinceTold = () =>
    page.evaluate(() => (performance.now() - (performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming).responseStart) / 1000);
  await expect.poll(sinceTold).toBeGreaterThan(5);
  release();
  await awake(page);
  await expect.poll(async () => (await secondsLeft(page)) + (await sinceTold()) - said).toBeLessThan(3);
});

test("when the time is over, what was answered is graded", { tag: "@once" }, async ({ page }) => {
  await learner(page, "in-a-hurry");
  await page.goto("/learn/in-a-hurry/quiz/1/1");
  await awake(page);
  await page.getByRole("button", { name: "Start" }).click();
  await expect(page.getByRole("timer")).toContainText("left");
  await awake(page);
  await page.getByLabel("Your answer").fill("forty");
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  // The attempt is not handed in; the time limit ends it.
  await expect(page.getByText("Time ran out").first()).toBeVisible({ timeout: 60_000 });
  await expect(page.locator(".quiz-given")).toHaveText("forty");
  await expect(page.getByText("Seven sixes.")).toBeVisible();
});

test("what was typed last is kept when one leaves at once", { tag: "@once" }, async ({ page }) => {
  await learner(page, "in-a-hurry");
  await page.goto("/learn/in-a-hurry/quiz/1/1");
  await awake(page);
  await page.getByRole("button", { name: "Start" }).click();
  await expect(page.getByRole("timer")).toContainText("left");
  await awake(page);
  await page.getByLabel("Your answer").fill("forty");
  await page.goto("/courses");
  await page.goto("/learn/in-a-hurry/quiz/1/1?show=1");
  await expect(page.getByText("Time ran out").first()).toBeVisible({ timeout: 60_000 });
  await expect(page.locator(".quiz-given")).toHaveText("forty");
});

test("a quiz is taken by the keyboard alone", { tag: "@once" }, async ({ page }) => {
  await learner(page, "open-to-all");
  await page.goto("/learn/open-to-all/quiz/1/1");
  await awake(page);
  const to = async (name: RegExp) => {
    for (let at = 0; at < 60; at++) {
      await page.keyboard.press("Tab");
      const focused = page.locator(":focus");
      const text = (await focused.count()) > 0 ? ((await focused.getAttribute("aria-label")) ?? (await focused.innerText())) : "";
      if (name.test(text.trim())) return;
    }
    throw new Error(`Tab never reaches ${name}`);
  };
  await to(/^Start$/);
  await page.keyboard.press("Enter");
  for (;;) {
    await expect(page.locator(".quiz-prompt")).toBeVisible();
    await awake(page);
    const [number, count] = (await page.getByRole("heading", { name: /^Question \d+ of \d+$/ }).innerText()).match(/\d+/g)!.map(Number);
    // First control of the question that takes an answer.
    const field = page.locator(".quiz-option input, .quiz-form select, .quiz-form .input").first();
    for (let at = 0; at < 60 && !(await field.evaluate((element) => element === document.activeElement)); at++) {
      await page.keyboard.press("Tab");
    }
    await expect(field).toBeFocused();
    const kind = await field.evaluate((element) => (element as HTMLInputElement).type);
    if (kind === "select-one") await page.keyboard.press("ArrowDown");
    else if (kind === "text") await page.keyboard.type("4");
    else await page.keyboard.press("Space");
    await to(number === count ? /^Review answers$/ : /^Next$/);
    await page.keyboard.press("Enter");
    if (number === count) break;
    await expect(page.getByRole("heading", { name: `Question ${number + 1} of ${count}` })).toBeAttached();
  }
  await expect(page.getByText("You have answered every question.").or(page.getByText("not answered yet"))).toBeVisible();
  await awake(page);
  await to(/^Submit$/);
  await page.keyboard.press("Enter");
  await expect(page.locator(".quiz-score")).toBeVisible();
});

test.describe("closed", { tag: "@once" }, () => {
  test.use({ allowed: [["status of 403"], { scope: "test" }] as never });

  test("what is closed says what opens it", async ({ page }) => {
    await learner(page, DEMO);
    const answer = await page.goto(`/learn/${DEMO}/rates-and-denominators`);
    expect(answer!.status()).toBe(403);
    await expect(page.getByText("This unlocks when quiz 1.1 is passed.")).toBeVisible();
    await page.goto(`/learn/${DEMO}/quiz/1/2`);
    await expect(page.getByText("This unlocks when quiz 1.1 is passed.")).toBeVisible();
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a quiz can be taken", async ({ page }) => {
    await learner(page, DEMO);
    await take(page, new Map());
    await expect(page.getByText("Passing score: 70%")).toBeVisible();
  });
});
