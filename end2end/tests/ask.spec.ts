// Visitors ask about the catalog, with and without JavaScript, and tutors read proposals.
import { accessible, awake, expect, fits, signIn, test } from "./site";

test("a visitor asks about the courses", async ({ page }) => {
  await page.goto("/courses");
  await awake(page);
  await page.getByRole("link", { name: "Ask about the courses" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Ask about the courses" })).toBeVisible();
  await expect(page.getByText("5 of 5 questions left")).toBeVisible();
  await page.getByLabel("Your question").fill("What does How to trust a number cost?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.locator(".tutor-quote").first()).toContainText("costs");
  await expect(page.getByText("4 of 5 questions left")).toBeVisible();
  await accessible(page);
  await page.getByLabel("Your question").fill("Which ferry goes to Zanzibar?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByText("do not say this")).toBeVisible();
  await page.getByRole("link", { name: "How to trust a number" }).first().click();
  await expect(page).toHaveURL(/\/courses\/how-to-trust-a-number$/);
});

test.describe("without JavaScript", { tag: "@once" }, () => {
  test.use({ javaScriptEnabled: false });

  test("a visitor asks by a form", async ({ page }) => {
    await page.goto("/ask");
    await page.getByLabel("Your question").fill("What courses do you have?");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await expect(page.getByText("The newest courses are:")).toBeVisible();
    await fits(page);
  });
});

test("tutors see proposals with their passages, and dismiss them", { tag: "@once" }, async ({ page }) => {
  await signIn(page, "tutor");
  await page.goto("/teach/how-to-trust-a-number/topics/base-rates/questions");
  await page.getByRole("link", { name: "Proposals from the topic’s text" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /^Proposals for/ })).toBeVisible();
  await accessible(page);
  await fits(page);
});
