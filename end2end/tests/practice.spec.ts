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

/** Returns the right options, as they are marked after answering. */
async function taught(page: Page): Promise<string[]> {
  const texts = await page.locator(".practice-outcome .marked .right > div").allInnerTexts();
  return texts.map((text) => text.trim());
}

test("a question is answered where it stands, wrong and right, and stays answered", async ({ page }) => {
  await learner(page, DEMO);
  await page.goto(TOPIC);
  await awake(page);
  await accessible(page);
  await page.locator(".practice").evaluate((section) => section.scrollIntoView({ block: "center" }));

  await page.getByRole("button", { name: "Check" }).press("Enter");
  await expect(page.locator(".practice").getByRole("alert")).toContainText("Enter an answer first.");
  await expect(page.locator(".practice").getByRole("alert")).toBeFocused();
  await choose(page, [0]);
  const outcome = page.locator(".practice").getByRole("status");
  const again = page.getByRole("link", { name: "Try again" });
  await expect(again).toBeFocused();
  await expect(page).toHaveURL(TOPIC);
  await expect(outcome.locator(".badge"), "the result stays in view").toBeInViewport();
  await accessible(page);
  if (!(await outcome.getByText("Correct", { exact: true }).isVisible())) {
    const right = await taught(page);
    await again.press("Enter");
    await expect(page.getByRole("button", { name: "Check" })).toBeVisible();
    await expect(page.locator(".practice .quiz-option input").first()).toBeFocused();
    await expect(outcome).toBeEmpty();
    const offered = await page.locator(".practice .quiz-option").allInnerTexts();
    await choose(page, offered.flatMap((text, at) => (right.includes(text.trim()) ? [at] : [])));
  }
  await expect(outcome.getByText("Correct", { exact: true })).toBeVisible();
  await expect(page).toHaveURL(TOPIC);

  await page.reload();
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

  test("questions and exercises work with forms and links alone", async ({ page }) => {
    await learner(page, DEMO);
    await page.goto(TOPIC);
    await page.getByRole("button", { name: "Check" }).click();
    await expect(page.getByRole("alert")).toContainText("Enter an answer first.");
    await expect(page.getByRole("alert")).toBeFocused();
    await expect(page.getByRole("alert")).toBeInViewport();
    await choose(page, [0]);
    await expect(page).toHaveURL(`${TOPIC}#practice-depot-prize`);
    await expect(page.locator("#practice-depot-prize")).toBeInViewport();
    await expect(page.locator(".practice-outcome .badge")).toBeVisible();
    await page.getByRole("link", { name: "Try again" }).click();
    await expect(page.locator("#practice-depot-prize")).toBeInViewport();
    await expect(page.getByRole("button", { name: "Check" })).toBeVisible();

    // The question's own page, to which the player leads if it can't load the outcome.
    await page.goto(`${PRACTICE}?again=true`);
    await choose(page, [0]);
    await expect(page).toHaveURL(PRACTICE);
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
