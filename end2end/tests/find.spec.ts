// Finding: the command palette by keyboard, and its page without JavaScript.
import { accessible, awake, expect, learner, test } from "./site";

test("the palette finds by keyboard and leads there", async ({ page }) => {
  await learner(page);
  await page.goto("/courses");
  await awake(page);
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Find" });
  await expect(palette.getByRole("option", { name: "My learning" })).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowDown");
  await expect(palette.getByRole("option", { name: "My learning" })).toHaveAttribute("aria-selected", "false");
  await accessible(page);
  await page.keyboard.press("Escape");
  await expect(palette).toBeHidden();

  await page.keyboard.press("Control+k");
  await page.keyboard.type("xyzzy");
  await expect(palette.getByRole("status")).toHaveText("Nothing found.");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("devices");
  await expect(palette.getByRole("option", { name: "Your devices" })).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/settings\/devices$/);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the page finds the same", async ({ page }) => {
    await page.goto("/find");
    await page.getByLabel("Find courses, people, pages and actions").fill("certificate");
    await page.getByRole("button", { name: "Find", exact: true }).click();
    await page.getByRole("main").getByRole("link", { name: "Check a certificate" }).click();
    await expect(page).toHaveURL(/\/verify$/);
  });
});
