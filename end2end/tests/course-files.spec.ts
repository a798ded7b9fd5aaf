// An admin downloads a course, imports it under another name, copies it, changes its settings and
// checks it.
import { accessible, awake, expect, signIn, test } from "./site";

const DEMO = "how-to-trust-a-number";

/** A name that no other test and no other project uses. */
function unique() {
  return `${test.info().project.name}-${Date.now().toString(36)}`.toLowerCase();
}

test("a course is downloaded, imported, checked and changed", async ({ page }) => {
  test.setTimeout(180_000);
  await signIn(page, "admin");
  await page.goto(`/teach/${DEMO}/outline`);
  await awake(page);
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download course (zip)" }).click();
  const zip = await (await downloading).path();

  const slug = `imported-${unique()}`;
  await page.goto("/teach/courses/import");
  await awake(page);
  await accessible(page);
  await page.getByLabel("File").setInputFiles(zip);
  await page.getByLabel("Name in addresses").fill(slug);
  await page.getByRole("button", { name: "Preview import" }).click();
  await expect(page.getByText("A new course. It will be a draft")).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: "Import course" }).click();
  await expect(page).toHaveURL(`/teach/${slug}/outline`);
  await expect(page.getByText("This course is a draft.")).toBeVisible();

  await page.getByRole("link", { name: "Check course" }).click();
  await expect(page.getByRole("heading", { name: "Check course", level: 1 })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Reading time" })).toBeVisible();
  await accessible(page);

  await page.goto(`/teach/${slug}/course`);
  await awake(page);
  await accessible(page);
  await page.getByLabel("Title", { exact: true }).fill("Numbers, again");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();

  await page.goto(`/teach/${slug}/outline`);
  await awake(page);
  await page.getByText("Copy this course").click();
  await page.getByLabel("Title of the copy").fill(`Copy ${unique()}`);
  await page.getByRole("button", { name: "Copy course" }).click();
  await expect(page).toHaveURL(/\/teach\/copy-.*\/outline$/);
});
