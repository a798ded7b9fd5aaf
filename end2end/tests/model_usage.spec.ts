// Admins read how much the language model is used. The site of these tests has none.
import { accessible, expect, fits, signIn, test } from "./site";

test("an admin sees the usage of the language model", { tag: "@once" }, async ({ page }) => {
  await signIn(page, "admin");
  await page.goto("/admin/operations");
  await page.getByRole("link", { name: "Usage of the language model" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Language model" })).toBeVisible();
  await expect(page.getByText("None is set up.")).toBeVisible();
  await accessible(page);
});

test.describe("on a phone", { tag: "@phone" }, () => {
  test("the usage of the language model fits", async ({ page }) => {
    await signIn(page, "admin");
    await page.goto("/admin/operations/model");
    await expect(page.getByRole("heading", { level: 1, name: "Language model" })).toBeVisible();
    await fits(page);
  });
});
