// A path: a tutor makes one of a course, and a learner walks it, on a phone and without JavaScript.
import type { Page } from "@playwright/test";
import { accessible, awake, expect, fits, signIn, test } from "./site";

const PATH = "How to trust a number, step by step";

/** Opens the demo's path, which is open to learners of its course. */
async function open(page: Page) {
  await page.goto("/paths");
  await page.getByRole("link", { name: PATH, exact: true }).click();
  await expect(page.getByRole("heading", { name: PATH, level: 1 })).toBeVisible();
}

/** Answers the question of the part, with anything. */
async function answer(page: Page) {
  const options = page.getByRole("radio");
  if ((await options.count()) > 0) await options.first().check();
  else await page.getByLabel("Your answer").fill("something");
  await page.getByRole("button", { name: "Answer", exact: true }).click();
  await expect(page.getByText("The text says")).toBeVisible();
}

test("a learner walks a path and sees what they know", { tag: "@once" }, async ({ page }) => {
  // A learner to whom the first topics of the path are open.
  await signIn(page, "nikhil");
  await page.goto("/paths");
  await awake(page);
  await accessible(page);
  await open(page);
  await accessible(page);
  await page.getByRole("button", { name: "Begin", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Check" })).toBeVisible();
  await accessible(page);
  await answer(page);
  await accessible(page);
  const concept = (await page.getByRole("paragraph").filter({ hasText: /: level \d+ now,/ }).getByRole("link").textContent())!;
  await page.getByRole("button", { name: "Go on", exact: true }).click();
  await page.getByText("The whole path, and where it could go").click();
  await expect(page.getByText("You are here")).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: /^Finish/ }).first().click();
  await expect(page.getByText("You have walked this path.")).toBeVisible();
  await page.getByRole("link", { name: "What you know" }).first().click();
  const known = page.locator("tbody tr", { has: page.getByRole("link", { name: concept, exact: true }) });
  await expect(known).toContainText(/from \d+ answer/);
  await accessible(page);
  await known.getByRole("link").first().click();
  await expect(page.getByText("Question on a path")).toBeVisible();
  await accessible(page);
  await page.getByText("Dispute this").first().click();
  await page.getByLabel("Reason").first().fill("I slipped");
  await page.getByRole("button", { name: "Dispute", exact: true }).first().click();
  await expect(page.getByText("It counts a quarter.")).toBeVisible();
});

test.describe("on a phone without JavaScript", () => {
  test.use({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });

  test("a path is walked as a stepper of forms", { tag: "@once" }, async ({ page }) => {
    await signIn(page, "learner");
    await open(page);
    await fits(page);
    await page.getByRole("button", { name: "Begin", exact: true }).click();
    await fits(page);
    // An answer is asked for with a sentence.
    await page.getByRole("button", { name: "Answer", exact: true }).click();
    await expect(page.getByText(/or go on without one/).first()).toBeVisible();
    await answer(page);
    await fits(page);
    await page.getByRole("button", { name: "Go on", exact: true }).click();
    await page.getByLabel("Ask for something else on this path").fill("average");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await expect(page.getByText(/“average”/).first()).toBeVisible();
    await page.getByRole("button", { name: /^Finish/ }).first().click();
    await expect(page.getByText("You have walked this path.")).toBeVisible();
  });
});
