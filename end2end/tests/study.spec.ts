// A learner's own study library: a text becomes cards, cards are reviewed by keyboard and without
// JavaScript, and figures are shown.
import type { Page } from "@playwright/test";
import { accessible, awake, expect, fits, learner, test } from "./site";

const TEXT = "# Averages\n\nThe **mean** is the sum of all values divided by their count.\n\n"
  + "The **median** is the value in the middle of all values.\n\n1. Sort the values\n2. Cross out both ends\n3. Take the middle";

async function addText(page: Page) {
  await page.goto("/study/new");
  await page.getByLabel("Title").fill("Averages");
  await page.getByLabel("Text", { exact: true }).fill(TEXT);
  await page.getByLabel("Tags").fill("math");
  await page.getByRole("button", { name: "Make cards" }).click();
  await expect(page.getByRole("heading", { name: "Averages", level: 1 })).toBeVisible();
}

test("a text becomes cards that are reviewed by keyboard", async ({ page }) => {
  await learner(page);
  await page.goto("/study");
  await accessible(page);
  await page.getByRole("link", { name: "Add material" }).first().click();
  await awake(page);
  await accessible(page);
  await addText(page);
  await accessible(page);
  await page.getByRole("link", { name: "Review this deck" }).click();
  await expect(page.getByRole("link", { name: "Show answer" })).toBeVisible();
  await accessible(page);
  await page.locator("body").press("3");
  await expect(page.getByText("You said: sure.")).toBeVisible();
  await accessible(page);
  await page.locator("body").press("3");
  await expect(page.getByRole("button", { name: "Undo the last review" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Show answer" })).toBeVisible();
  await page.locator("body").press("u");
  await expect(page.getByRole("button", { name: "Undo the last review" })).toHaveCount(0);
  await page.locator("body").press(" ");
  await page.getByRole("button", { name: /^Again/ }).click();
  await expect(page.getByText("Learning 1")).toBeVisible();
  await page.goto("/study/progress");
  await expect(page.getByText("1 day with reviews.")).toBeVisible();
  await accessible(page);
});

test("a card is edited, reported and put back", async ({ page, allowed }) => {
  allowed.push("status of 422");
  await learner(page);
  await addText(page);
  await page.locator(".study-materials a").first().click();
  await expect(page.getByRole("heading", { name: "Card", level: 1 })).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: "Report card" }).click();
  await expect(page.getByText("The card stays out of its deck")).toBeVisible();
  await page.getByRole("button", { name: "Put it back into its deck" }).click();
  await expect(page.getByText("The card is back in its deck.")).toBeVisible();
  await page.getByLabel("Front").fill("");
  await page.getByRole("button", { name: "Save card" }).click();
  await expect(page.getByText("Enter the front.").first()).toBeVisible();
  await page.getByLabel("Front").fill("What is the mean?");
  await page.getByRole("button", { name: "Save card" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
});

test("a course is taken in, and settings are refused with a sentence", async ({ page, allowed }) => {
  allowed.push("status of 422");
  await learner(page, "open-to-all");
  await page.goto("/study");
  await page.getByRole("button", { name: /^Study this course/ }).first().click();
  await expect(page.getByText("The topics that are open to you are in your library.")).toBeVisible();
  await page.goto("/study/settings");
  await accessible(page);
  await page.getByLabel("New cards a day").fill("-1");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Enter a number from 0 to 999.").first()).toBeVisible();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a card is reviewed and the review undone", async ({ page }) => {
    await learner(page);
    await addText(page);
    await page.goto("/study/review");
    await page.getByRole("link", { name: "Show answer" }).click();
    await fits(page);
    await page.getByRole("button", { name: /^Good/ }).click();
    await page.getByRole("button", { name: "Undo the last review" }).click();
    await expect(page.getByRole("button", { name: "Undo the last review" })).toHaveCount(0);
  });
});
