// Work that learners review for each other: given out, reviewed, and marked with the median.
import type { Browser, Page } from "@playwright/test";
import { accessible, awake, expect, learner, signIn, test } from "./site";

const COURSE = "open-to-all";
const CHART = `/learn/${COURSE}/regression-to-the-mean/exercise/the-consultants-chart`;
const LETTER = `/learn/${COURSE}/base-rates/exercise/explain-it-to-mrs-lind`;

/** Has the work of an exercise handed in and reviewed by other learners. */
async function assign(browser: Browser, title: string, reviews: string) {
  const context = await browser.newContext(test.info().project.use);
  const page = await context.newPage();
  await signIn(page, "admin");
  await page.goto(`/teach/${COURSE}/exercises`);
  await page.getByRole("link", { name: title }).click();
  await expect(page.getByLabel("Learners hand in their work")).toBeVisible();
  await awake(page);
  await page.getByLabel("Learners hand in their work").check();
  await page.getByLabel("Criteria").fill("Says what was measured: Missing 0 | Partly 1 | Fully 2\nSays what chance does: Missing 0 | Fully 2");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("row").filter({ hasText: title })).toContainText("Handed in");
  await page.getByRole("link", { name: title }).click();
  await page.getByLabel("Reviews that each learner gives and gets").fill(reviews);
  await accessible(page);
  await page.getByRole("button", { name: "Save reviews" }).click();
  await expect(page.getByLabel("Reviews that each learner gives and gets")).toHaveValue(reviews);
  return page;
}

async function person(browser: Browser, javaScriptEnabled: boolean) {
  const context = await browser.newContext({ ...test.info().project.use, javaScriptEnabled });
  const page = await context.newPage();
  await learner(page, COURSE);
  return page;
}

async function handIn(page: Page, exercise: string, text: string, isAwake: boolean) {
  await page.goto(exercise);
  if (isAwake) await awake(page);
  await page.getByLabel("Your work").fill(text);
  await page.getByRole("button", { name: "Hand in" }).click();
  await expect(page.getByText("Waiting for marks")).toBeVisible();
}

/** Sends the first review that waits. The last value of each criterion is chosen. */
async function review(page: Page, exercise: string, feedback: string, isAwake: boolean) {
  await page.goto(exercise);
  const waiting = page.locator("#reviews li").filter({ hasNotText: "sent" });
  await waiting.first().getByRole("link").click();
  await expect(page.getByRole("heading", { name: "Work of another learner" })).toBeVisible();
  if (isAwake) await awake(page);
  for (const criterion of await page.locator("main fieldset:has(input[type=radio])").all()) await criterion.getByRole("radio").last().check();
  await page.getByLabel("Feedback").fill(feedback);
  await page.getByRole("button", { name: "Send review" }).click();
  await expect(page.getByText("You sent this review")).toBeVisible();
}

test("three learners review each other, and one reports a review", { tag: "@once" }, async ({ browser, allowed }) => {
  allowed.push("status of 422");
  const admin = await assign(browser, "The consultant", "2");
  const people = [await person(browser, true), await person(browser, true), await person(browser, true)];
  for (const [at, page] of people.entries()) await handIn(page, CHART, `Chance did it, says learner ${at}.`, true);
  const [first, second, third] = people;
  await first.goto(CHART);
  await expect(first.getByText("0 of 2 reviews of your work are in")).toBeVisible();
  await accessible(first);
  // A review without points is not sent, and the page says why.
  await second.goto(CHART);
  await second.locator("#reviews li").first().getByRole("link").click();
  await expect(second.getByRole("heading", { name: "Work of another learner" })).toBeVisible();
  await accessible(second);
  await second.getByRole("button", { name: "Send review" }).click();
  await expect(second.getByText("Choose points for each criterion").first()).toBeVisible();
  for (const page of [second, second, third, third]) await review(page, CHART, "Say which years were chosen.", true);
  // The first learner has reviewed nobody, and sees the mark.
  await first.goto(CHART);
  await awake(first);
  await expect(first.locator(".work-version").getByText("100%").first()).toBeVisible();
  await accessible(first);
  await first.getByText("Report as unfair").first().click();
  await first.getByLabel("What is unfair about it?").first().fill("The years are in my text.");
  await first.getByRole("button", { name: "Report to tutors" }).first().click();
  await expect(first.getByText("A tutor will look at it").first()).toBeVisible();
  for (const page of people) await page.context().close();
  await admin.context().close();
});

test("reviews work without JavaScript", { tag: "@once" }, async ({ browser }) => {
  const admin = await assign(browser, "Mrs Lind", "1");
  const people = [await person(browser, false), await person(browser, false)];
  for (const page of people) await handIn(page, LETTER, "Of a thousand women, ten are ill.", false);
  for (const page of people) await review(page, LETTER, "Draw the thousand.", false);
  for (const page of people) {
    await page.goto(LETTER);
    await expect(page.locator(".work-version").getByText("100%").first()).toBeVisible();
    await expect(page.getByText("Draw the thousand.")).toBeVisible();
    await page.context().close();
  }
  await admin.context().close();
});
