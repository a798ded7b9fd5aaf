// The gradebook: tutors find stuck learners, act for one learner, and regrade a question; with and
// without JavaScript.
import type { Page } from "@playwright/test";
import { accessible, awake, expect, learner, signIn, test } from "./site";
import { DEMO, enterRoom } from "./room";

const LIST = `/teach/${DEMO}`;

test("the list of learners is searched, filtered, sorted and downloaded", async ({ page }) => {
  await signIn(page, "tutor");
  await page.goto(`${LIST}?q=sofia`);
  await awake(page);
  await expect(page.getByRole("rowheader", { name: /Sofia Lindqvist/ })).toContainText("Stuck");
  await accessible(page);
  await page.getByRole("link", { name: "Stuck", exact: true }).click();
  await expect(page).toHaveURL(/filter=stuck/);
  await expect(page.getByRole("rowheader", { name: /Tomás/ })).toHaveCount(0);
  await page.goto(LIST);
  await page.getByRole("searchbox", { name: "Search learners" }).fill("kwame");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page.getByRole("rowheader")).toHaveCount(1);
  await page.getByRole("link", { name: "Score", exact: true }).click();
  await expect(page.getByRole("columnheader", { name: "Score" })).toHaveAttribute("aria-sort", "ascending");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "CSV" }).click();
  expect((await download).suggestedFilename()).toBe(`gradebook-${DEMO}.csv`);
});

test("a tutor writes to the learners of the list, each of whom finds it on the home", async ({ page, browser, allowed }) => {
  allowed.push("status of 422");
  const other = await browser.newContext();
  const pupil = await other.newPage();
  const address = await learner(pupil, DEMO);
  await signIn(page, "tutor");
  await page.goto(`${LIST}?q=${encodeURIComponent(address)}`);
  await page.getByRole("link", { name: "Write to this learner" }).click();
  await expect(page.getByText(`To 1 learner: all learners of the course, by name or email “${address}”.`)).toBeVisible();
  await page.getByText("Show the names").click();
  await accessible(page);
  await page.getByLabel("Subject").fill("Your first week");
  await page.getByRole("textbox", { name: "Message" }).fill("How **did** it go?");
  await page.getByLabel("Number of receivers").fill("2");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("Type 1 to confirm.").first()).toBeVisible();
  await page.getByLabel("Number of receivers").fill("1");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("The message is sent.")).toBeVisible();
  await expect(page.getByText("Read by 0 of 1 learner").first()).toBeVisible();
  await pupil.goto("/learn");
  await pupil.getByRole("link", { name: "News (1 unread)" }).click();
  await expect(pupil.getByRole("heading", { name: "Your first week" })).toBeVisible();
  await expect(pupil.locator("strong", { hasText: "did" })).toBeVisible();
  await accessible(pupil);
  await page.reload();
  await awake(page);
  const sent = page.locator("details", { hasText: "Read by 1 of 1 learner" }).first();
  await sent.locator("summary").click();
  await expect(sent.getByText("Asha Kulkarni")).toBeVisible();
  await other.close();
});

test("the list of courses is searched and filtered by keyboard", async ({ page }) => {
  await signIn(page, "admin");
  await page.goto("/teach");
  await awake(page);
  await accessible(page);
  await expect(page.getByRole("row", { name: /How to trust a number/ })).toContainText("Meera Iyer");
  await page.getByRole("searchbox", { name: "Search your courses" }).focus();
  await page.keyboard.type("meera");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/q=meera/);
  await expect(page.getByRole("link", { name: "How to trust a number" })).toBeVisible();
  await page.getByRole("link", { name: "Retired", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/status=retired/);
  await expect(page.getByRole("heading", { name: "No courses found" })).toBeVisible();
  await accessible(page);
});

for (const width of [1440, 390]) {
  test(`the head and the learners stay in view at ${width} pixels`, { tag: "@once" }, async ({ page }) => {
    await page.setViewportSize({ width, height: 420 });
    await signIn(page, "tutor");
    await page.goto(LIST);
    await awake(page);
    const said = Number((await page.getByText(/^\d+ learners$/).innerText()).split(" ")[0]);
    await expect(page.getByRole("rowheader"), "every learner is on the page").toHaveCount(said);
    // More columns than fit into any window.
    await page.locator("table.table tr").evaluateAll((rows) => {
      for (const row of rows) for (let n = 0; n < 30; n += 1) row.lastElementChild!.after(row.lastElementChild!.cloneNode(true));
    });
    const left = async (part: string) => Math.round((await page.locator(part).first().boundingBox())!.x);
    const parts = ["h1", "nav.breadcrumbs", "nav.tabs", ".tools", ".bar .wordmark"];
    const before = await Promise.all(parts.map(left));
    await page.evaluate(() => window.scrollTo(700, document.querySelector("table.table")!.getBoundingClientRect().top + scrollY + 150));
    expect(await page.evaluate(() => [scrollX, scrollY > 150])).toEqual([700, true]);
    const head = (await page.locator("table.table thead th").first().boundingBox())!;
    const learner = (await page.getByRole("rowheader").nth(5).boundingBox())!;
    expect([Math.round(head.x), Math.round(head.y), Math.round(learner.x)]).toEqual([0, 0, 0]);
    expect(await Promise.all(parts.map(left)), "the rest of the page stays").toEqual(before);
    // Nothing but the table is wider than the window.
    await page.evaluate(() => window.scrollTo(0, 0));
    const right = await page.locator(".teach > :not(.table-page)").evaluateAll((all) => Math.max(...all.map((part) => part.getBoundingClientRect().right)));
    expect(right).toBeLessThanOrEqual(width);
  });
}

async function openLearner(page: Page, address: string) {
  await page.goto(`${LIST}?q=${encodeURIComponent(address)}`);
  await page.getByRole("rowheader").getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1, name: "Asha Kulkarni" })).toBeVisible();
}

/** Chooses an action from the menu of a quiz, a module or an exam. */
async function choose(page: Page, of: string, action: string) {
  await page.getByRole("button", { name: `Actions for ${of}`, exact: true }).click();
  await page.getByRole("link", { name: action, exact: true }).click();
}

async function excuse(page: Page, reason: string) {
  await choose(page, "quiz 1.1", "Excuse");
  await page.getByLabel("Reason").fill(reason);
  await page.getByRole("button", { name: "Excuse from quiz 1.1" }).click();
  await expect(page.getByText("The learner is excused. The learner will receive an email.")).toBeVisible();
}

test("a tutor excuses a learner, opens a module and takes the excuse back", async ({ page, browser }) => {
  const other = await browser.newContext();
  const pupil = await other.newPage();
  const address = await learner(pupil, DEMO);
  await signIn(page, "tutor");
  await openLearner(page, address);
  await awake(page);
  await accessible(page);
  await excuse(page, "Took it last year");
  await pupil.goto(`/learn/${DEMO}/quiz/1/1`);
  await expect(pupil.getByText("Your tutor excused you from this quiz")).toBeVisible();
  await choose(page, "module 2", "Unlock now");
  await expect(page.getByLabel("Reason")).toBeVisible();
  await accessible(page);
  await page.getByLabel("Reason").fill("Ahead of the others");
  await page.getByRole("button", { name: "Unlock module 2" }).click();
  await expect(page.getByText("Unlocked for the learner.")).toBeVisible();
  await choose(page, "quiz 1.1", "End excuse");
  await page.getByLabel("Reason").fill("A mistake");
  await page.getByRole("button", { name: "End the excuse from quiz 1.1" }).click();
  await expect(page.getByText("The learner is no longer excused.")).toBeVisible();
  await other.close();
});

test("the actions for a quiz are chosen by keyboard", { tag: "@once" }, async ({ page, browser }) => {
  const other = await browser.newContext();
  const address = await learner(await other.newPage(), DEMO);
  await signIn(page, "tutor");
  await openLearner(page, address);
  await awake(page);
  await expect(page).toHaveTitle(/^Asha Kulkarni · Gradebook · /);
  await page.getByRole("button", { name: "Actions for quiz 1.1", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "Excuse", exact: true })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("link", { name: "Excuse", exact: true })).toBeHidden();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Excuse from quiz 1.1" })).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.type("Took it last year");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByText("The learner is excused. The learner will receive an email.")).toBeVisible();
  await other.close();
});

test("a tutor resets a quiz, and its learner starts over", { tag: "@once" }, async ({ page, browser }) => {
  const other = await browser.newContext();
  const pupil = await other.newPage();
  const address = await learner(pupil, DEMO);
  const quiz = `/learn/${DEMO}/quiz/1/1`;
  await pupil.goto(quiz);
  await pupil.getByRole("button", { name: "Start", exact: true }).click();
  await expect(pupil.locator(".quiz-prompt")).toBeVisible();
  await signIn(page, "tutor");
  await openLearner(page, address);
  await awake(page);
  await choose(page, "quiz 1.1", "Reset");
  await page.getByLabel("Reason").fill("The power was cut");
  await page.getByRole("button", { name: "Reset quiz 1.1" }).click();
  await expect(page.getByText("The quiz is reset. The learner will receive an email.")).toBeVisible();
  await pupil.goto(quiz);
  await expect(pupil.getByText("before a reset").first()).toBeAttached();
  await expect(pupil.getByRole("button", { name: /^(Start|Try again)$/ })).toBeVisible();
  await other.close();
});

test("a tutor resets an exam, and excuses from it", { tag: "@once" }, async ({ page, browser }) => {
  const other = await browser.newContext();
  const pupil = await other.newPage();
  const address = await learner(pupil, DEMO);
  await enterRoom(pupil, "Final exam");
  await signIn(page, "tutor");
  await openLearner(page, address);
  await awake(page);
  const card = page.getByRole("row", { name: /Final exam/ });
  await expect(card.getByText("in progress", { exact: true })).toBeVisible();
  await choose(page, "Final exam", "Reset");
  await expect(page.getByRole("button", { name: "Reset “Final exam”" })).toBeVisible();
  await accessible(page);
  await page.getByLabel("Reason").fill("A fire alarm");
  await page.getByRole("button", { name: "Reset “Final exam”" }).click();
  await expect(page.getByText("The exam is reset. The learner will receive an email.")).toBeVisible();
  await expect(card.getByText("before a reset")).toBeAttached();
  await choose(page, "Final exam", "Excuse");
  await page.getByLabel("Reason").fill("Sat it last year");
  await page.getByRole("button", { name: "Excuse from “Final exam”" }).click();
  await expect(page.getByText("The learner is excused from the exam. The learner will receive an email.")).toBeVisible();
  await expect(card.getByText("excused", { exact: true })).toBeVisible();
  await accessible(page);
  await pupil.goto(`/learn/${DEMO}/exam/all`);
  await expect(pupil.getByRole("listitem").filter({ hasText: "Final exam" })).toContainText("Excused");
  await pupil.getByRole("link", { name: "Final exam" }).click();
  await expect(pupil.getByText("Your tutor excused you from this exam")).toBeVisible();
  await expect(pupil.getByRole("button", { name: "Start exam" })).toBeVisible();
  await awake(pupil);
  await accessible(pupil);
  await other.close();
});

test("a question is regraded, and the page says what came of it", { tag: "@once" }, async ({ page }) => {
  await signIn(page, "tutor");
  await page.goto(`${LIST}/questions`);
  await page.locator("td.bank-prompt a").first().click();
  await page.getByRole("link", { name: "regrade the answers given so far" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Regrade a question" })).toBeVisible();
  await awake(page);
  // As it is right now, so that nobody's result changes for other tests.
  await page.getByLabel("Use the current answer key").check();
  await page.getByRole("button", { name: "Preview changes" }).click();
  await page.getByLabel("What was wrong").fill("Nothing, as it turned out");
  await page.getByRole("button", { name: "Regrade", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Earlier regrades" })).toBeVisible();
  await expect(page.getByText("0 results changed").first()).toBeVisible({ timeout: 20_000 });
});

test("an attempt is opened with what was answered", async ({ page }) => {
  await signIn(page, "tutor");
  await page.goto(`${LIST}?q=nikhil`);
  await page.getByRole("rowheader").getByRole("link").click();
  await page.locator(".learner-tries summary").first().click();
  await page.locator(".learner-tries a").first().click();
  await expect(page.getByText("Learner’s answer").first()).toBeVisible();
  await awake(page);
  await accessible(page);
  await page.getByRole("link", { name: "Close" }).click();
  await expect(page.locator(".quiz-score")).toHaveCount(0);
});

test.describe("without JavaScript", { tag: "@once" }, () => {
  test.use({ javaScriptEnabled: false });

  test("the same works with forms and links alone", async ({ page, browser }) => {
    const other = await browser.newContext({ javaScriptEnabled: false });
    const address = await learner(await other.newPage(), DEMO);
    await signIn(page, "tutor");
    await openLearner(page, address);
    await excuse(page, "Ill that week");
    await other.close();
  });
});

test.describe("learners", { tag: "@once" }, () => {
  test.use({ allowed: [["status of 403"], { scope: "test" }] as never });

  test("don't see the gradebook", async ({ page }) => {
    await signIn(page, "learner");
    const answer = await page.goto(LIST);
    expect(answer!.status()).toBe(403);
    await expect(page.getByText("Only this course's tutors may do this.")).toBeVisible();
  });
});

test("a learner supposes results, and a tutor fills in a column", async ({ page, browser }) => {
  await learner(page, DEMO);
  const context = await browser.newContext(test.info().project.use);
  const tutor = await context.newPage();
  await signIn(tutor, "tutor");
  await tutor.goto(`/teach/${DEMO}/grading`);
  await accessible(tutor);
  await tutor.getByRole("link", { name: "Talk" }).click();
  await expect(tutor.getByRole("heading", { name: "Talk", level: 1 })).toBeVisible();
  await accessible(tutor);
  const first = tutor.getByLabel(/^Points of /).first();
  await first.fill("25");
  await tutor.getByRole("button", { name: "Save points" }).click();
  await expect(tutor.locator(".error-summary:visible")).toBeVisible();
  await context.close();

  await page.goto(`/learn/${DEMO}/grade/mine`);
  await awake(page);
  await expect(page.getByText("There are no results that count yet.")).toBeVisible();
  await page.getByRole("spinbutton").first().fill("80");
  await page.getByRole("button", { name: "What would my grade be?" }).click();
  await expect(page.getByText("With the results that you suppose: 80%")).toBeVisible();
  await accessible(page);
});
