// Exams: navigator and clock of the room, lost connections, closed and second tabs, no JavaScript,
// adaptive exams, and the tutors' pages.
import type { Browser } from "@playwright/test";
import { accessible, awake, expect, fits, holdBack, learner, signIn, test } from "./site";
import { DEMO, answer, enterRoom, given, go, saved, secondsLeft, shown } from "./room";

/** Opens a page as the demo's tutor. */
async function tutorPage(browser: Browser, javaScriptEnabled = true) {
  const context = await browser.newContext({ javaScriptEnabled });
  const tutor = await context.newPage();
  await signIn(tutor, "tutor");
  return tutor;
}

test("an exam is sat, handed in and reviewed", async ({ page }) => {
  await learner(page, DEMO);
  await page.goto(`/learn/${DEMO}/exam/all`);
  await awake(page);
  await accessible(page);
  await page.getByRole("link", { name: "Final exam" }).click();
  await expect(page.getByText("9 questions")).toBeVisible();
  await accessible(page);
  await enterRoom(page, "Final exam");
  await awake(page);
  await accessible(page);
  await page.waitForLoadState("load");
  let loads = 0;
  page.on("load", () => (loads += 1));
  for (let number = 1; number <= 8; number++) {
    await expect(page.getByRole("heading", { name: `Question ${number} of 9` })).toBeVisible();
    await answer(page);
    await shown(page).getByRole("button", { name: "Next" }).last().click();
  }
  await shown(page).getByLabel("Flag for review").check();
  await saved(page);
  await expect(page.locator(".quiz-jumps .answered")).toHaveCount(8);
  await expect(page.locator(".quiz-jumps .flagged")).toHaveCount(1);
  await go(page, "end");
  await expect(page.getByText("One question is not answered yet.")).toBeVisible();
  await expect(page.locator(".quiz-overview li").nth(8)).toContainText("not answered, flagged");
  await accessible(page);
  expect(loads, "nothing was loaded between questions").toBe(0);
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.locator(".quiz-score")).toBeVisible();
  await expect(page.locator(".quiz-answers > li")).toHaveCount(9);
  await expect(page.getByText(/^\d of 9 correct$/)).toBeVisible();
  await expect(page.locator(".marked .right").first()).toBeVisible();
  await awake(page);
  await accessible(page);
});

test("the room has no site around it, and a step leads to the question", { tag: "@once" }, async ({ page }) => {
  await learner(page, DEMO);
  await enterRoom(page, "Final exam");
  await awake(page);
  const heading = (number: number) => page.getByRole("heading", { name: `Question ${number} of 9` });
  await expect(page.getByRole("heading", { level: 1, name: "Final exam" })).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Site" })).toHaveCount(0);
  await expect(page.getByRole("contentinfo")).toHaveCount(0);
  await expect(heading(1)).toBeFocused();
  await page.keyboard.press("Tab");
  const inside = () => page.evaluate(() => document.activeElement?.matches("#ly-q0 :is(input, select, textarea)"));
  expect(await inside(), "the first stop is the answer").toBe(true);
  await answer(page);
  await shown(page).getByRole("button", { name: "Next" }).last().click();
  await expect(heading(2)).toBeFocused();
  await saved(page);
  await page.evaluate(() => {
    document.querySelector<HTMLElement>("#ly-prompt-1")!.style.paddingBottom = "2000px";
    window.scrollTo(0, 1500);
  });
  await expect(page.locator("#ly-kept")).toBeInViewport();
  await expect(page.getByRole("timer")).toBeInViewport();
  await page.getByRole("link", { name: "Leave" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Exams" })).toBeVisible();
  await expect(page.getByText("In progress")).toBeVisible();
});

test.describe("a lost connection", { tag: "@once" }, () => {
  test.use({ allowed: [["ERR_INTERNET_DISCONNECTED", "Failed to load resource"], { scope: "test" }] as never });

  test("is worked through and made up for", async ({ page, context }) => {
    await learner(page, DEMO);
    await enterRoom(page, "Final exam");
    await awake(page);
    await context.setOffline(true);
    for (const number of [1, 2, 3]) {
      await answer(page);
      await go(page, String(number + 1));
      await expect(page.getByRole("heading", { name: `Question ${number + 1} of 9` })).toBeVisible();
    }
    await expect(page.locator("#ly-kept")).toContainText("Not saved yet");
    const before = await Promise.all([0, 1, 2].map((number) => given(page, number)));
    await context.setOffline(false);
    await saved(page);
    await page.reload();
    expect(await Promise.all([0, 1, 2].map((number) => given(page, number)))).toEqual(before);
  });

  test("is held out for more than a minute", async ({ page, context }) => {
    await learner(page, DEMO);
    await enterRoom(page, "Final exam");
    await awake(page);
    await context.setOffline(true);
    const cut = await secondsLeft(page);
    for (const number of [1, 2]) {
      await answer(page);
      await go(page, String(number + 1));
    }
    await expect.poll(() => secondsLeft(page), { timeout: 100_000 }).toBeLessThan(cut - 60);
    await expect(page.locator("#ly-kept")).toContainText("Not saved yet");
    await answer(page);
    const before = await Promise.all([0, 1, 2].map((number) => given(page, number)));
    await context.setOffline(false);
    await saved(page);
    await page.reload();
    expect(await Promise.all([0, 1, 2].map((number) => given(page, number)))).toEqual(before);
  });

  test("does not lose what is handed in", async ({ page, context }) => {
    await learner(page, DEMO);
    await enterRoom(page, "Final exam");
    await awake(page);
    await context.setOffline(true);
    await answer(page);
    await go(page, "end");
    await page.getByRole("button", { name: "Submit" }).click();
    await expect(page.locator("#ly-kept")).toContainText("Not saved yet");
    await context.setOffline(false);
    await expect(page.locator(".quiz-score")).toBeVisible({ timeout: 20_000 });
    await expect(page.locator(".marked .given").first()).toBeVisible();
  });
});

test("closed and second tabs show what is saved, and the last one counts", { tag: "@once" }, async ({ page, context }) => {
  await learner(page, DEMO);
  await enterRoom(page, "Final exam");
  await awake(page);
  const address = page.url().split("?")[0];
  await answer(page, "one");
  await saved(page);
  const first = await given(page, 0);
  const other = await context.newPage();
  await page.close();
  await other.goto(address);
  expect(await given(other, 0)).toBe(first);
  const third = await context.newPage();
  await third.goto(address);
  await awake(other);
  await awake(third);
  await third.locator("#ly-q0 [name='given[flagged]']").check();
  await saved(third);
  await answer(other, "two");
  await other.locator("#ly-q0 [name='given[flagged]']").check();
  await saved(other);
  const last = await given(other, 0);
  await third.reload();
  expect(await given(third, 0)).toBe(last);
});

test("a tab that was opened before changes only what is changed in it", { tag: "@once" }, async ({ page, context }) => {
  await learner(page, DEMO);
  await enterRoom(page, "Final exam");
  await awake(page);
  const stale = await context.newPage();
  await stale.goto(page.url().split("?")[0]);
  await awake(stale);
  await answer(page, "one");
  await saved(page);
  const first = await given(page, 0);
  await stale.locator("#ly-q0 [name='given[flagged]']").check();
  await saved(stale);
  await page.reload();
  expect(await given(page, 0)).toBe(first.replace(/]$/, ',["given[flagged]","on"]]'));
});

test("what is answered before the page is awake is saved", { tag: "@once" }, async ({ page }) => {
  await learner(page, DEMO);
  await enterRoom(page, "Final exam");
  await awake(page);
  const release = await holdBack(page);
  await page.reload({ waitUntil: "commit" });
  await shown(page).waitFor();
  await answer(page, "early");
  const early = await given(page, 0);
  release();
  await awake(page);
  await saved(page);
  await page.reload();
  expect(await given(page, 0)).toBe(early);
});

test("a browser's clock that is set back gains no time", { tag: "@once" }, async ({ page }) => {
  await learner(page, DEMO);
  await enterRoom(page, "Final exam");
  await awake(page);
  const seconds = () => secondsLeft(page);
  const before = await seconds();
  expect(before).toBeLessThanOrEqual(30 * 60);
  await page.clock.setSystemTime(new Date(Date.now() - 3_600_000));
  await expect.poll(seconds).toBeLessThan(before);
  await page.reload();
  await awake(page);
  expect(await seconds()).toBeLessThan(before);
});

test("an adaptive exam asks one question after the other, and ends by itself", { tag: "@once" }, async ({ page, browser }) => {
  const address = await learner(page, DEMO);
  await enterRoom(page, "Where do you stand?");
  let asked = 0;
  for (; asked < 10 && !(await page.locator(".quiz-score").isVisible()); asked++) {
    await expect(page.getByRole("heading", { name: `Question ${asked + 1} of at most 10` })).toBeVisible();
    await expect(page.locator(".exam-question form.quiz-form")).toHaveCount(1);
    await awake(page);
    await answer(page);
    await shown(page).getByRole("button", { name: "Continue" }).last().click();
    await page.getByRole("heading", { name: `Question ${asked + 2} of at most 10` }).or(page.locator(".quiz-score")).waitFor();
  }
  expect(asked).toBeGreaterThanOrEqual(5);
  await expect(page.locator(".quiz-score")).toBeVisible();
  await expect(page.locator(".quiz-answers > li")).toHaveCount(asked);

  // Moving to the next question must not count as leaving the page.
  const tutor = await tutorPage(browser);
  await tutor.goto(`/teach/${DEMO}/exams`);
  await tutor.getByRole("link", { name: "Where do you stand?" }).click();
  await tutor.getByRole("row", { name: new RegExp(address) }).getByRole("link").click();
  await expect(tutor.locator(".exam-facts > div").filter({ hasText: "Page not in view" })).toContainText("never");
  await tutor.context().close();
});

test("a tutor follows a sitting, and makes an exam", async ({ page, browser, isMobile }) => {
  const address = await learner(page, DEMO);
  await enterRoom(page, "Final exam");
  await awake(page);
  await answer(page);
  await go(page, "2");
  await saved(page);
  await go(page, "end");
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.locator(".quiz-score")).toBeVisible();

  const check = isMobile ? fits : accessible;
  const tutor = await tutorPage(browser, !isMobile);
  await tutor.goto(`/teach/${DEMO}/exams`);
  await check(tutor);
  await tutor.getByRole("link", { name: "Final exam" }).click();
  await expect(tutor.getByRole("heading", { level: 1, name: "Final exam" })).toBeVisible();
  await check(tutor);
  await tutor.getByRole("row", { name: new RegExp(address) }).getByRole("link").click();
  await expect(tutor.getByRole("heading", { level: 1, name: "Asha Kulkarni" })).toBeVisible();
  await tutor.getByText("Timeline").click();
  await expect(tutor.getByText("Viewed question 2").first()).toBeVisible();
  await expect(tutor.locator(".quiz-answers > li").first()).toContainText("on the screen");
  await check(tutor);

  await tutor.goto(`/teach/${DEMO}/exams/new`);
  await check(tutor);
  const title = `Exam ${Date.now()}`;
  await tutor.getByLabel("Title").first().fill(title);
  const section = tutor.getByRole("group", { name: "Section 1" });
  await section.getByLabel("Draw from").selectOption({ label: "Module 2" });
  await section.getByLabel("Questions").fill("50");
  await tutor.getByRole("button", { name: "Save" }).click();
  await expect(tutor.getByText("Section 1 needs 50 questions.")).toBeVisible();
  await tutor.getByRole("button", { name: "Publish" }).click();
  await expect(tutor.getByRole("alert").filter({ hasText: "Section 1 needs 50 questions." }).first()).toBeVisible();
  await tutor.getByRole("link", { name: "Edit" }).click();
  await tutor.getByRole("group", { name: "Section 1" }).getByLabel("Questions").fill("2");
  await tutor.getByRole("button", { name: "Save" }).click();
  await tutor.getByRole("button", { name: "Publish" }).click();
  await expect(tutor.getByText("Published", { exact: true })).toBeVisible();
  await tutor.getByRole("button", { name: "Unpublish" }).click();
  await expect(tutor.getByText("Draft", { exact: true })).toBeVisible();
  await tutor.context().close();
});

test("a tutor adds sections and makes an exam adaptive by keyboard", { tag: "@once" }, async ({ page }) => {
  await signIn(page, "tutor");
  await page.goto(`/teach/${DEMO}/exams/new`);
  await awake(page);
  await accessible(page);
  await expect(page.getByRole("group", { name: /^Section \d+$/ })).toHaveCount(1);
  const one = page.getByRole("group", { name: "Section 1" });
  const there = Number((await one.getByText(/available/).innerText()).split(" ")[0]);
  await one.getByLabel("Draw from").focus();
  await page.keyboard.press("ArrowDown");
  const fewer = async () => Number((await one.getByText(/available/).innerText()).split(" ")[0]);
  await expect.poll(fewer).toBeLessThan(there);
  await one.getByLabel("Minimum difficulty").fill("2");
  await expect(one.getByText("0 available")).toBeVisible();
  await one.getByLabel("Minimum difficulty").fill("");
  await one.getByLabel("Questions").fill("1");
  await page.getByRole("button", { name: "Add section" }).focus();
  await page.keyboard.press("Enter");
  const two = page.getByRole("group", { name: "Section 2" });
  await expect(two.getByLabel("Title")).toBeFocused();
  await page.keyboard.type("The rest");
  await two.getByLabel("Questions").fill("1");
  await page.getByRole("button", { name: "Add section" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("group", { name: "Section 3" }).getByLabel("Title")).toBeFocused();
  await expect(two.getByLabel("Title"), "what was typed stays").toHaveValue("The rest");

  await expect(page.getByLabel("Minimum number of questions")).toBeHidden();
  await page.getByRole("switch", { name: /Adaptive exam/ }).focus();
  await page.keyboard.press("Space");
  await expect(page.getByLabel("Minimum number of questions")).toBeVisible();
  await accessible(page);
  await page.keyboard.press("Space");
  await page.getByLabel("Title").first().fill(`By keyboard ${Date.now()}`);
  // Enter saves, and does not add a section.
  await page.keyboard.press("Enter");
  await expect(page.getByText("2 questions in 2 sections")).toBeVisible();
});

test.describe("in a tutor's time zone", { tag: "@once" }, () => {
  test.use({ timezoneId: "Asia/Kolkata" });

  test("the times of a new exam are entered", async ({ page }) => {
    await signIn(page, "admin");
    await page.goto(`/teach/${DEMO}/exams/new`);
    await awake(page);
    // Browsers call the zone by its new or its old name.
    await expect(page.getByText(/Asia\/(Kolkata|Calcutta)/)).toBeVisible();
  });
});

test.describe("a tutor without JavaScript", { tag: "@once" }, () => {
  test.use({ javaScriptEnabled: false });

  test("adds a section with a button", async ({ page }) => {
    await signIn(page, "tutor");
    await page.goto(`/teach/${DEMO}/exams/new`);
    await page.getByLabel("Title").first().fill("Kept");
    await page.getByRole("group", { name: "Section 1" }).getByLabel("Questions").fill("3");
    await page.getByRole("button", { name: "Add section" }).click();
    await expect(page.getByRole("group", { name: "Section 2" }).getByLabel("Title")).toBeFocused();
    await expect(page.getByLabel("Title").first()).toHaveValue("Kept");
    await expect(page.getByRole("group", { name: "Section 1" }).getByLabel("Questions")).toHaveValue("3");
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("an exam can be sat", async ({ page }) => {
    await learner(page, DEMO);
    await enterRoom(page, "Final exam");
    await answer(page);
    await shown(page).getByRole("button", { name: "Next" }).last().click();
    await expect(page.getByRole("heading", { name: "Question 2 of 9" })).toBeFocused();
    await shown(page).getByLabel("Flag for review").check();
    await go(page, "end");
    await expect(page.getByText("8 questions are not answered yet.")).toBeVisible();
    await page.getByRole("link", { name: "Question 2", exact: true }).click();
    await expect(shown(page).getByLabel("Flag for review")).toBeChecked();
    await go(page, "end");
    await page.getByRole("button", { name: "Submit" }).click();
    await expect(page.locator(".quiz-score")).toBeVisible();
    await expect(page.locator(".quiz-answers > li")).toHaveCount(9);
  });
});
