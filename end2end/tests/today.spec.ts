// Today: tutors see who needs them, and handle lines with the keyboard.
import { accessible, awake, expect, signIn, test } from "./site";

test("the page names people with reasons and acts", async ({ page }) => {
  await signIn(page, "tutor");
  await page.goto("/teach");
  await awake(page);
  await page.getByRole("link", { name: /^Today/ }).first().click();
  await expect(page.getByRole("heading", { name: "Today", level: 1 })).toBeVisible();
  await expect(page.locator(".today-acts").first()).toBeVisible();
  await accessible(page);
  await page.getByRole("group", { name: "Kind" }).getByRole("link").nth(1).click();
  await expect(page.locator(".today-acts").first()).toBeVisible();
});

test("a line is snoozed with a key, and the act is undone", { tag: "@once" }, async ({ page }) => {
  await signIn(page, "admin");
  await page.goto("/today");
  await awake(page);
  const lines = page.locator(".today-acts");
  const before = await lines.count();
  expect(before).toBeGreaterThan(0);
  await page.keyboard.press("j");
  await page.keyboard.press("s");
  await expect(page.getByRole("button", { name: "Undo" })).toBeVisible();
  await page.keyboard.press("u");
  await expect(page.getByRole("button", { name: "Undo" })).toHaveCount(0);
});
