// The site as an admin sets it up. Settings of the demo stay as they are: other tests see them too.
import { accessible, awake, expect, fits, signIn, test } from "./site";

test("a color with too little contrast is told as it is typed, and refused", async ({ page, allowed }) => {
  allowed.push("status of 422");
  await signIn(page, "admin");
  await page.goto("/admin/site");
  await accessible(page);
  const color = page.getByLabel("Accent on light pages");
  await color.fill("#ffee00");
  await expect(page.getByText("on light pages. Text needs 4.5 : 1").first()).toBeVisible();
  await color.fill("#1d4ed8");
  await expect(page.getByText(/^Contrast \d+\.\d : 1\.$/)).toBeVisible();
  await color.fill("#ffee00");
  await page.getByLabel("Name of the site").fill(" ");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("Enter the name of the site.").first()).toBeVisible();
  await expect(page.locator(".error-summary:visible")).toContainText("choose a darker color");
});

test("a page is written, published, changed, restored and deleted", async ({ page, browser }) => {
  const title = `Rules ${Date.now().toString(36)} ${test.info().project.name}`;
  await signIn(page, "admin");
  await page.goto("/admin/site/pages");
  await accessible(page);
  await page.getByLabel("Title").fill(title);
  await page.getByRole("button", { name: "Create page" }).click();
  await expect(page.getByRole("heading", { name: title, level: 1 })).toBeVisible();
  const address = new URL(page.url()).pathname;
  const slug = address.split("/").pop()!;
  await awake(page);
  await page.getByLabel("Text").fill("Be **kind**.");
  await page.getByRole("button", { name: "Save draft and preview" }).click();
  await expect(page.locator(".cms-preview strong")).toHaveText("kind");
  await accessible(page);
  const visitor = await (await browser.newContext()).newPage();
  expect((await visitor.goto(`/pages/${slug}`))?.status()).toBe(404);
  await page.getByRole("button", { name: "Publish" }).click();
  await expect(page.getByText("Published.", { exact: true })).toBeVisible();
  await visitor.goto(`/pages/${slug}`);
  await expect(visitor.getByText("Be kind.")).toBeVisible();

  await awake(page);
  await page.getByLabel("Text").fill("Be kind and curious.");
  await page.getByRole("button", { name: "Publish" }).click();
  await expect(page.locator(".cms-preview")).toContainText("curious");
  await page.getByRole("link", { name: "History" }).click();
  await page.getByRole("link", { name: "Version 1" }).click();
  await expect(page.getByRole("heading", { name: "Changes in version 1" })).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: "Restore version 1" }).click();
  await expect(page.getByText("Restored. It is the newest version now.")).toBeVisible();
  await visitor.goto(`/pages/${slug}`);
  await expect(visitor.getByText("Be kind.")).toBeVisible();
  await visitor.context().close();

  await page.goto(address);
  await awake(page);
  await page.getByText("Delete", { exact: true }).click();
  await page.getByRole("button", { name: "Delete this page" }).click();
  await expect(page).toHaveURL(/\/admin\/site\/pages$/);
  await expect(page.getByText(title)).toHaveCount(0);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the pages of the site's settings fit and refuse what is wrong", async ({ page }) => {
    await signIn(page, "admin");
    await page.goto("/admin/site");
    await fits(page);
    await page.getByLabel("Accent on dark pages").fill("#111111");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByText("choose a lighter color").first()).toBeVisible();
    await page.goto("/admin/site/pages");
    await fits(page);
    await page.getByRole("link", { name: "About this site" }).first().click();
    await expect(page.getByRole("heading", { name: "About this site", level: 1 })).toBeVisible();
    await fits(page);
  });
});
