// Learners ask the AI tutor beside a topic: hints come before the explanation, quotations have their
// places, questions are counted, and a person answers some.
import type { Page } from "@playwright/test";
import { accessible, awake, expect, fits, learner, signIn, test } from "./site";

const DEMO = "how-to-trust-a-number";
const TOPIC = `/learn/${DEMO}/what-was-counted`;
const TALK = `${TOPIC}/tutor`;
const QUESTION = "What happened to burglaries when the recording rules changed?";

async function ask(page: Page, question: string) {
  await page.getByLabel("Your question").fill(question);
  await page.getByRole("button", { name: "Ask the tutor" }).click();
}

test("the dock leads from a hint to the explanation and to its place", async ({ page }) => {
  await learner(page, DEMO);
  await page.goto(TOPIC);
  await awake(page);
  const dock = page.getByRole("complementary", { name: "Tutor" });
  await page.locator("a:visible", { hasText: /^Tutor$/ }).first().click();
  await expect(dock.getByLabel("Your question")).toBeVisible();
  await expect(dock.getByText("5 of 5 questions left in this module")).toBeVisible();
  await ask(page, QUESTION);
  await expect(dock.getByText("Read here")).toBeVisible();
  await expect(dock.getByText("4 of 5 questions left in this module")).toBeVisible();
  await accessible(page);
  await dock.getByRole("button", { name: "Another hint" }).click();
  await expect(dock.getByRole("button", { name: "Another hint" })).toHaveCount(0);
  await dock.getByRole("button", { name: "Explain it" }).click();
  const quotes = dock.locator(".tutor-quote");
  await expect(quotes.filter({ hasText: "recording rules" }).first()).toBeVisible();
  await accessible(page);

  // The conversation is kept.
  await page.goto(TALK);
  await awake(page);
  await expect(page.getByText(QUESTION)).toBeVisible();
  await page.getByRole("button", { name: "Helpful", exact: true }).last().click();
  await expect(page.getByRole("button", { name: "Helpful", exact: true }).last()).toHaveAttribute("aria-pressed", "true");
  await accessible(page);
  const source = page.locator(".tutor-numbered a").first();
  expect(await source.getAttribute("href")).toContain(":~:text=");
  await source.click();
  await expect(page.locator("#ly-content")).toBeVisible();

  await page.goto(TALK);
  await awake(page);
  const loading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download" }).click();
  expect((await loading).suggestedFilename()).toMatch(/\.md$/);
  await page.getByText("Delete conversation").click();
  await page.getByRole("button", { name: "Delete it" }).click();
  await expect(page.getByText(QUESTION)).toHaveCount(0);
});

test("a person replies in the conversation", async ({ page, browser }) => {
  await learner(page, DEMO);
  await page.goto(TALK);
  await awake(page);
  const question = `Which ferry goes to Zanzibar ${Date.now()}?`;
  await ask(page, question);
  await expect(page.getByText("Nearest place").or(page.getByText("does not say")).first()).toBeVisible();
  await page.getByRole("button", { name: "Ask a person" }).first().click();
  await expect(page.getByText("The tutors of this course have this question.")).toBeVisible();

  const context = await browser.newContext(test.info().project.use);
  const tutor = await context.newPage();
  await signIn(tutor, "tutor");
  await tutor.goto(`/teach/${DEMO}/questions/all`);
  await accessible(tutor);
  // Questions of other tests may fill pages before this one.
  const mine = tutor.getByRole("listitem").filter({ hasText: question }).first();
  while (!(await mine.isVisible())) await tutor.getByRole("link", { name: "Next" }).click();
  await mine.getByLabel(/^Reply to/).fill("None. It sails to the **island** only.");
  await mine.getByRole("button", { name: "Send reply" }).click();
  await expect(tutor.locator(".asked", { hasText: question })).toHaveCount(0);
  await context.close();

  await page.goto("/notifications");
  await awake(page);
  await page.getByRole("link", { name: /replied|answered|question/i }).first().click();
  await expect(page.locator(".tutor-answer strong", { hasText: "island" })).toBeVisible();
});

test("typed questions are counted, and suggested ones are free", { tag: "@once" }, async ({ page }) => {
  await learner(page, DEMO);
  await page.goto(TALK);
  await awake(page);
  for (let left = 4; left >= 0; left--) {
    await ask(page, `${QUESTION} ${left}`.replace(/ \d$/, " ".repeat(left)));
    await expect(page.getByText(`${left} of 5 questions left in this module`)).toBeVisible();
  }
  await expect(page.getByRole("button", { name: "Ask the tutor" })).toHaveCount(0);
  const suggested = page.getByRole("group", { name: "Suggested questions" }).getByRole("button").first();
  const text = (await suggested.textContent())!;
  await suggested.click();
  await expect(page.locator(".tutor-asked", { hasText: text })).toBeVisible();
  await expect(page.getByText("Written by a tutor of this course.")).toBeVisible();
});

test("tutors write suggested questions", async ({ page }) => {
  await signIn(page, "tutor");
  await page.goto(`/teach/${DEMO}/topics/who-is-missing/questions`);
  await accessible(page);
});

test.describe("without JavaScript", { tag: "@once" }, () => {
  test.use({ javaScriptEnabled: false });

  test("a question is asked and explained by forms", async ({ page }) => {
    await learner(page, DEMO);
    await page.goto(TOPIC);
    await page.locator("a:visible", { hasText: /^Tutor$/ }).first().click();
    await ask(page, QUESTION);
    await page.getByRole("button", { name: "Explain it" }).click();
    await expect(page.locator(".tutor-quote").first()).toBeVisible();
    await fits(page);
  });
});
