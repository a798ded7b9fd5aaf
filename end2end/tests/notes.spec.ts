// A topic in short: its key concepts lead to the list of the course, and tutors write their own.
import { accessible, awake, expect, learner, signIn, test } from "./site";

const DEMO = "how-to-trust-a-number";

test("concepts of a topic lead to those of the course", async ({ page }) => {
  await learner(page, "open-to-all");
  const notes = page.locator("details.notes");
  // A job writes the notes after the import.
  await expect(async () => {
    await page.goto("/learn/open-to-all/what-averages-hide");
    await expect(notes).toBeVisible({ timeout: 1000 });
  }).toPass();
  await awake(page);
  await notes.locator("summary").click();
  await accessible(page);
  await notes.getByRole("link", { name: "All concepts of this course" }).click();
  await expect(page.getByRole("heading", { name: "Concepts", level: 1 })).toBeVisible();
  await expect(page.locator(".concepts dt").first()).toBeVisible();
  await accessible(page);
});

test("tutors see the notes of a topic and are told of wrong lines", async ({ page }) => {
  await signIn(page, "tutor");
  await page.goto(`/teach/${DEMO}/topics/what-was-counted/edit`);
  await awake(page);
  await page.getByRole("link", { name: "Notes", exact: true }).click();
  await expect(page.getByLabel("Concepts", { exact: true })).toBeVisible();
  await accessible(page);
});
