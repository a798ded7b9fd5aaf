// Practice questions within a topic, and exercises that are saved while the learner types; also
// without JavaScript.
import type { Page } from "@playwright/test";
import { accessible, awake, expect, learner, test } from "./site";

const DEMO = "how-to-trust-a-number";
const TOPIC = `/learn/${DEMO}/what-was-counted`;
const PRACTICE = `${TOPIC}/practice/depot-prize`;

/** Chooses the options at these positions. */
async function choose(page: Page, places: number[]) {
  const options = page.locator(".practice .quiz-option input");
  for (let at = 0; at < (await options.count()); at++) {
    await options.nth(at).setChecked(places.includes(at));
  }
  await page.getByRole("button", { name: "Check" }).click();
}

/** Returns the right answers shown after answering. */
async function taught(page: Page): Promise<string[]> {
  const texts = await page.locator(".practice-outcome > .prose").nth(2).locator("li").allInnerTexts();
  return texts.map((text) => text.trim());
}

test("a question is answered where it stands, wrong and right, and stays answered", async ({ page }) => {
  await learner(page, DEMO);
  await page.goto(TOPIC);
  await awake(page);
  await page.locator(".practice").scrollIntoViewIfNeeded();
  await expect(page.getByRole("button", { name: "Check" })).toBeVisible();
  await accessible(page);

  await page.getByRole("button", { name: "Check" }).click();
  await expect(page.locator(".practice").getByRole("alert")).toContainText("Enter an answer first.");
  await choose(page, [0]);
  const outcome = page.locator(".practice-outcome");
  await expect(outcome).toBeFocused();
  await expect(page).toHaveURL(TOPIC);
  await accessible(page);
  if ((await outcome.getByRole("heading", { name: "Correct answer" }).count()) > 0) {
    const right = await taught(page);
    await page.getByRole("link", { name: "Try again" }).click();
    await expect(page.getByRole("button", { name: "Check" })).toBeVisible();
    const offered = await page.locator(".practice .quiz-option").allInnerTexts();
    await choose(page, offered.flatMap((text, at) => (right.includes(text.trim()) ? [at] : [])));
  }
  await expect(outcome.getByText("Correct", { exact: true })).toBeVisible();
  await expect(page).toHaveURL(TOPIC);

  await page.reload();
  await awake(page);
  await page.locator(".practice").scrollIntoViewIfNeeded();
  await expect(outcome.getByText("Correct", { exact: true })).toBeVisible();
});

test("an exercise is kept as it is written, and can be done and taken up again", async ({ page }) => {
  await learner(page, DEMO);
  await page.goto(TOPIC);
  await awake(page);
  await page.getByRole("link", { name: "The front page goes out on Friday" }).click();
  const work = page.getByRole("textbox", { name: "Your work" });
  await expect(work).toBeVisible();
  await awake(page);
  await work.fill("Complaints were counted in two ways.");
  await expect(page.getByText("Saved", { exact: true }).first()).toBeVisible();
  const saved = page.waitForResponse((response) => response.url().includes("save_work"));
  await page.getByRole("checkbox").first().check();
  expect((await saved).status()).toBe(200);
  await accessible(page);
  await page.reload();
  await expect(work).toHaveValue("Complaints were counted in two ways.");
  await expect(page.getByRole("checkbox").first()).toBeChecked();

  await awake(page);
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("button", { name: "Reopen" })).toBeVisible();
  await awake(page);
  await accessible(page);
  await page.getByRole("link", { name: "Back to the topic" }).click();
  await expect(page.locator(".exercises li.done")).toHaveCount(1);
  await page.getByRole("link", { name: "The front page goes out on Friday" }).click();
  await page.getByRole("button", { name: "Reopen" }).click();
  await expect(work).toHaveValue("Complaints were counted in two ways.");
});

test.describe("two tabs", { tag: "@once" }, () => {
  test.use({ allowed: [["status of 409"], { scope: "test" }] as never });

  test("the older one says that it is, and keeps what is written on it", async ({ page, context }) => {
    await learner(page, DEMO);
    const address = `${TOPIC}/exercise/front-page-friday`;
    await page.goto(address);
    await awake(page);
    const other = await context.newPage();
    await other.goto(address);
    await awake(other);
    await other.getByLabel("Your work").fill("Newer words.");
    await expect(other.getByText("Saved", { exact: true }).first()).toBeVisible();
    await page.getByLabel("Your work").fill("Older words.");
    await expect(page.getByRole("alert")).toContainText("changed in another tab");
    await expect(page.getByLabel("Your work")).toHaveValue("Older words.");
    await other.reload();
    await expect(other.getByLabel("Your work")).toHaveValue("Newer words.");
  });
});

test.describe("without JavaScript", { tag: "@once" }, () => {
  test.use({ javaScriptEnabled: false });

  test("questions and exercises work as pages", async ({ page }) => {
    await learner(page, DEMO);
    await page.goto(TOPIC);
    await page.getByRole("link", { name: "Answer", exact: true }).click();
    await expect(page).toHaveURL(PRACTICE);
    await page.getByRole("button", { name: "Check" }).click();
    await expect(page.getByRole("alert")).toContainText("Enter an answer first.");
    await choose(page, [0]);
    await expect(page.locator(".practice-outcome")).toBeVisible();
    await page.getByRole("link", { name: "Try again" }).click();
    await expect(page.getByRole("button", { name: "Check" })).toBeVisible();
    await page.getByRole("link", { name: "Back to the topic" }).click();
    await expect(page.locator("#practice-depot-prize")).toBeInViewport();

    await page.getByRole("link", { name: "The front page goes out on Friday" }).click();
    await page.getByLabel("Your work").fill("Written without a script.");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByLabel("Your work")).toHaveValue("Written without a script.");
    await page.getByRole("button", { name: "Done" }).click();
    await expect(page.getByText("Written without a script.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Reopen" })).toBeVisible();
  });
});
