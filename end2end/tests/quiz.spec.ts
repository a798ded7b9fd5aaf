// Quizzes: failing, learning from the result and passing; locked topics; leaving and returning; no
// JavaScript.
import type { Locator, Page } from "@playwright/test";
import { accessible, awake, expect, holdBack, learner, test } from "./site";
import { secondsLeft } from "./room";

const DEMO = "how-to-trust-a-number";
const QUIZ = `/learn/${DEMO}/quiz/1/1`;

/** Right answers shown in results, by the text of the question. */
type Known = Map<string, string[]>;

const plain = (text: string) => text.replace(/\s+/g, " ").trim();
const texts = async (page: Page, selector: string) => (await page.locator(selector).allInnerTexts()).map(plain);

/** Returns the row of an item to order or to match. */
function row(page: Page, item: string) {
  return page.locator("[data-sort] ul > li").filter({ has: page.locator("[id^=ly-t]", { hasText: item }) });
}

/** Returns the right answer that a question's result shows. */
async function taught(result: Locator): Promise<string[]> {
  const parts = await result.locator(".marked > li").all();
  const right: string[] = [];
  for (const part of parts) {
    const text = await part.locator("> div").first().innerText();
    const mark = (await part.locator(".mark").count()) > 0 ? await part.locator(".mark").innerText() : "";
    const item = plain(text).replace(/^(\d+|–) /, "");
    if (/place/.test(mark)) {
      const place = mark.match(/Correct place: (\d+)/)?.[1] ?? plain(text).match(/^\d+/)![0];
      right[Number(place) - 1] = item;
    } else if (mark === "Correct match") {
      right.push(plain(text));
    } else if (/match/.test(mark)) {
      right.push(`${plain(text).split(" → ")[0]} → ${plain(await part.locator("> div").nth(1).innerText())}`);
    } else if (/(^|\s)right/.test((await part.getAttribute("class")) ?? "")) {
      right.push(...text.split("\n").map(plain).filter((line) => line !== ""));
    }
  }
  return right;
}

/** Answers the shown question correctly if its answer is known, otherwise arbitrarily. */
async function answer(page: Page, known: Known) {
  const right = known.get(plain(await page.locator(".quiz-prompt").innerText())) ?? [];
  if ((await page.locator("[data-sort=order]").count()) > 0) {
    const items = right.length > 0 ? right : await texts(page, "[data-sort] [id^=ly-t]");
    for (const [at, item] of items.entries()) await row(page, item).locator("select").selectOption(String(at + 1));
    return;
  }
  if ((await page.locator("[data-sort=matches]").count()) > 0) {
    const offered = await texts(page, ".quiz-offered > li");
    for (const [at, item] of (await texts(page, "[data-sort] [id^=ly-t]")).entries()) {
      const match = right.find((pair) => pair.startsWith(`${item} → `))?.slice(item.length + 3);
      const letter = offered.find((text) => text.slice(2).trim() === match)?.charAt(0);
      await row(page, item).locator("select").selectOption({ label: letter ?? offered[at].charAt(0) });
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
    known.set(plain(await item.locator(".prose").first().innerText()), await taught(item));
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
    const actions = page.locator(".quiz-result .row > a");
    await expect(actions.first()).toContainText("Review topic:");
    await expect(actions.last()).toHaveText("Try again");
    await expect(page.getByText(/^\d of 5 correct$/)).toBeVisible();
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
  await expect(page.locator(".marked .given > div")).toHaveText("forty");
  await expect(page.getByText("Your answer, incorrect")).toBeVisible();
  await expect(page.locator(".marked .right > div")).toHaveText("42");
  await expect(page.getByText("0 of 1 correct")).toBeVisible();
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
  await expect(page.locator(".marked .given > div")).toHaveText("forty");
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
    await expect(page.getByRole("heading", { name: /^Question \d/ })).toBeFocused();
    // First control of the question that takes an answer. Only programs stand before it, because
    // they can be scrolled.
    const field = page.locator(".quiz-option input, .quiz-form select, .quiz-form .input").first();
    const programs = await page.locator(".quiz-form pre").count();
    for (let at = 0; at <= programs; at++) await page.keyboard.press("Tab");
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
  await expect(page.getByRole("heading", { name: "Ready to submit?" })).toBeFocused();
  await to(/^Submit$/);
  await page.keyboard.press("Enter");
  await expect(page.locator(".quiz-score")).toBeVisible();
});

/** Starts the quiz of items to sort and goes to the question with this kind of fields. */
async function sort(page: Page, kind: "matches" | "order") {
  await learner(page, "to-be-sorted");
  await page.goto(SORTED);
  await page.getByRole("button", { name: "Start" }).click();
  await expect(page.locator(".quiz-prompt")).toBeVisible();
  await page.waitForLoadState("domcontentloaded");
  if ((await page.locator(`[data-sort=${kind}]`).count()) === 0) {
    await page.getByRole("button", { name: "Next" }).last().click();
  }
  await page.locator(`[data-sort=${kind}]`).waitFor();
}

const SORTED = "/learn/to-be-sorted/quiz/1/1";
const order = (page: Page) => texts(page, "[data-sort] [id^=ly-t]");
const numbers = (page: Page) => page.locator("[data-sort] select").evaluateAll((all) => all.map((one) => (one as HTMLSelectElement).value));
const said = (page: Page) => page.locator("[data-sort] [aria-live]");

/** Drags from the middle of one element to the middle of another. */
async function drag(page: Page, from: Locator, to: Locator, below = 0) {
  await page.locator("[data-sort]").evaluate((field) => field.scrollIntoView({ block: "center" }));
  const [start, end] = [(await from.boundingBox())!, (await to.boundingBox())!];
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
  await page.mouse.down();
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2 + 5);
  await page.mouse.move(end.x + end.width / 2, end.y + end.height / 2 + below, { steps: 8 });
  await page.mouse.up();
}

test("items are ordered by keys, by number and by drag, and no place is given twice", async ({ page }) => {
  await sort(page, "order");
  await awake(page);
  await accessible(page);
  expect(await numbers(page)).toEqual(["", "", "", ""]);
  const [first, second, third, fourth] = await order(page);
  await row(page, second).getByRole("button", { name: "Move up" }).focus();
  await page.keyboard.press("Enter");
  expect(await order(page)).toEqual([second, first, third, fourth]);
  expect(await numbers(page)).toEqual(["1", "2", "3", "4"]);
  await expect(said(page)).toHaveText(`${second}: place 1 of 4`);
  await expect(row(page, second).getByRole("button", { name: "Move up" })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  expect(await order(page)).toEqual([first, third, second, fourth]);
  await row(page, fourth).locator("select").selectOption("2");
  expect(await order(page)).toEqual([first, fourth, third, second]);
  expect(await numbers(page)).toEqual(["1", "2", "3", "4"]);
  await drag(page, row(page, first).locator(".grip"), row(page, second), 4);
  expect(await order(page)).toEqual([fourth, third, second, first]);
  await expect(said(page)).toHaveText(`${first}: place 4 of 4`);
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await page.reload();
  expect(await order(page)).toEqual([fourth, third, second, first]);
  expect(await numbers(page)).toEqual(["1", "2", "3", "4"]);
});

test("items are matched by letter, by drag and by keys, and no letter is given twice", async ({ page }) => {
  await sort(page, "matches");
  await awake(page);
  await accessible(page);
  const select = (item: string) => row(page, item).locator("select");
  const card = (item: string) => page.locator(".quiz-offered > li").filter({ hasText: item });
  await select("France").selectOption("A");
  await select("Italy").selectOption("A");
  expect(await numbers(page)).toEqual(["", await select("Italy").inputValue(), ""]);
  await drag(page, card("Paris").locator(".grip"), row(page, "France"));
  await expect(row(page, "France").locator(".sort-match")).toHaveText("Paris");
  await expect(said(page)).toHaveText("France: Paris");
  await drag(page, card("Rome").locator(".grip"), row(page, "Japan"));
  await drag(page, card("Tokyo").locator(".grip"), row(page, "Italy"));
  await row(page, "Japan").getByRole("button", { name: "Move up" }).focus();
  await page.keyboard.press("ArrowUp");
  await expect(row(page, "Italy").locator(".sort-match")).toHaveText("Rome");
  await expect(row(page, "Italy").getByRole("button", { name: "Move up" })).toBeFocused();
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await page.reload();
  await awake(page);
  const matched = page.locator(".sort-match");
  await expect(matched).toHaveText(["Paris", "Rome", "Tokyo"]);
});

test("the time stays in view, and can be hidden and shown again", async ({ page }) => {
  await learner(page, DEMO);
  await page.goto(QUIZ);
  await page.getByRole("button", { name: "Start" }).click();
  const timer = page.getByRole("timer");
  await expect(timer).toContainText("left");
  await awake(page);
  await page.evaluate(() => {
    document.querySelector<HTMLElement>(".quiz-prompt")!.style.paddingBottom = "2000px";
    window.scrollTo(0, 1500);
  });
  await expect(timer).toBeInViewport();
  await page.getByRole("button", { name: "Hide time" }).click();
  await expect(timer).toBeHidden();
  await page.reload();
  await expect(timer).toBeHidden();
  await awake(page);
  await page.getByRole("button", { name: "Show time" }).click();
  await page.reload();
  await expect(timer).toBeVisible();
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

  test("a step leads to the question, and a place that is given twice is refused", async ({ page }) => {
    await sort(page, "order");
    await expect(page.getByRole("heading", { name: /^Question \d of 2$/ })).toBeFocused();
    const rows = page.locator("[data-sort] ul > li");
    await rows.nth(0).locator("select").selectOption("2");
    await rows.nth(1).locator("select").selectOption("2");
    await page.getByRole("button", { name: "Review", exact: true }).click();
    await expect(page.getByRole("alert")).toContainText("Two items have place 2. Each place can be given only once.");
    expect(await numbers(page)).toEqual(["2", "2", "", ""]);
    await rows.nth(1).locator("select").selectOption("");
    await page.getByRole("button", { name: "Review", exact: true }).click();
    await expect(page.getByText("One question is not answered yet. One answer is incomplete.")).toBeVisible();
    await page.getByRole("button", { name: "Submit" }).click();
    await expect(page.getByText("Incomplete", { exact: true })).toBeVisible();
    await expect(page.getByText("Not answered", { exact: true })).toBeVisible();
    await expect(page.getByText(/No place given. Correct place: \d/)).toHaveCount(3);
  });
});
