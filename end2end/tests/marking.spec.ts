// Work on an exercise that is handed in with a file, marked with the keyboard, and given back.
import type { Browser, Page } from "@playwright/test";
import { accessible, awake, expect, learner, signIn, test } from "./site";

const DEMO = "how-to-trust-a-number";
const EXERCISE = `/learn/${DEMO}/who-is-missing/exercise/the-empty-chairs`;

/** Enrolls a learner with a name of their own, by which tutors find them. */
async function namedLearner(page: Page) {
  await learner(page, DEMO);
  const name = `Pia ${Date.now().toString(36)}`;
  await page.goto("/settings");
  await awake(page);
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Save", exact: true }).first().click();
  await expect(page.getByText("Saved").first()).toBeVisible();
  return name;
}

async function handIn(page: Page, text: string) {
  await page.goto(EXERCISE);
  await awake(page);
  await page.getByLabel("Your work").fill(text);
  await page.getByLabel("Links").fill("https://example.org/lists");
  await page.getByRole("button", { name: "Hand in" }).click();
  await expect(page.getByText("Waiting for marks")).toBeVisible();
}

async function tutor(browser: Browser) {
  const context = await browser.newContext(test.info().project.use);
  const page = await context.newPage();
  await signIn(page, "tutor");
  return page;
}

/** Opens the learner's work from the queue. */
async function openWork(page: Page, name: string) {
  await page.goto("/marking");
  await page.getByRole("row").filter({ hasText: name }).getByRole("link").first().click();
  await expect(page.getByText(name)).toBeVisible();
  await awake(page);
  await page.getByRole("button", { name: "Mark this work" }).click();
  await expect(page.getByLabel("Feedback")).toBeVisible();
}

test("work with a file is handed in, marked with two keys and read by the learner", async ({ page, browser }) => {
  const name = await namedLearner(page);
  await page.goto(EXERCISE);
  await awake(page);
  await accessible(page);
  // A file whose content is not what its name says is refused, and the page says why.
  await page.getByLabel("Add a file").setInputFiles({ name: "plan.png", mimeType: "image/png", buffer: Buffer.from("MZ not a picture") });
  await page.getByRole("button", { name: "Add file" }).click();
  await expect(page.locator("#files .notice")).toBeVisible();
  await page.getByLabel("Add a file").setInputFiles({ name: "plan.txt", mimeType: "text/plain", buffer: Buffer.from("Telephone forty of those who left.") });
  await page.getByRole("button", { name: "Add file" }).click();
  await expect(page.getByRole("link", { name: "plan.txt" })).toBeVisible();
  await handIn(page, "Three **lists**: 1,200 enrolled, 480 could rate, 300 did.");
  await accessible(page);

  const marker = await tutor(browser);
  await openWork(marker, name);
  await expect(marker.locator(".work-text strong")).toHaveText("lists");
  await expect(marker.getByText("Telephone forty of those who left.")).toBeVisible();
  await accessible(marker);
  await marker.getByLabel("Feedback").fill("Say how many you would phone.");
  await expect(marker.getByText("Saved").first()).toBeVisible();
  await marker.locator("h1").click();
  await marker.keyboard.press("a");
  await marker.getByRole("button", { name: "Release", exact: true }).click();
  await expect(marker.getByText("100%").first()).toBeVisible();
  await marker.context().close();

  await page.goto(EXERCISE);
  await awake(page);
  await expect(page.locator(".work-version").getByText("100%").first()).toBeVisible();
  await expect(page.getByText("Say how many you would phone.")).toBeVisible();
  await accessible(page);
  await page.getByLabel("Your comment").fill("Forty.");
  await page.getByRole("button", { name: "Comment" }).click();
  await expect(page.locator(".work-thread").getByText("Forty.")).toBeVisible();
  await page.getByRole("link", { name: "All comments from your tutors" }).click();
  await expect(page.getByText("Say how many you would phone.")).toBeVisible();
  await accessible(page);
});

test("a claimed work is reserved, and keys choose levels and go on", { tag: "@once" }, async ({ page, browser }) => {
  const name = await namedLearner(page);
  await handIn(page, "One in four is in the figure.");
  const marker = await tutor(browser);
  await openWork(marker, name);
  const work = marker.url();
  // An admin sees that the tutor marks it.
  await signIn(page, "admin");
  await page.goto(work);
  await expect(page.getByText("is marking this work")).toBeVisible();
  await marker.keyboard.press("1");
  await marker.keyboard.press("2");
  await marker.keyboard.press("3");
  await marker.keyboard.press("s");
  await expect(marker).not.toHaveURL(work);
  await marker.goto(work);
  await expect(marker.getByText("Saved score: 50%")).toBeVisible();
  await marker.goto("/marking");
  await accessible(marker);
  await marker.context().close();
});

test("exercises of a course say how their work is marked", async ({ page }) => {
  await signIn(page, "tutor");
  await page.goto(`/teach/${DEMO}/exercises`);
  await accessible(page);
  await page.getByRole("link", { name: "The empty chairs" }).click();
  await expect(page.getByRole("heading", { name: "The empty chairs" })).toBeVisible();
  await expect(page.getByLabel("Learners hand in their work")).toBeChecked();
  await accessible(page);
});

test.describe("without JavaScript", { tag: "@once" }, () => {
  test.use({ javaScriptEnabled: false });

  test("work is handed in and marked by forms", async ({ page, browser }) => {
    await learner(page, DEMO);
    await page.goto(EXERCISE);
    await page.getByLabel("Your work").fill("Plain.");
    await page.getByRole("button", { name: "Hand in" }).click();
    await expect(page.getByText("Waiting for marks")).toBeVisible();
    const marker = await tutor(browser);
    await marker.goto("/marking");
    await marker.getByRole("row").filter({ hasText: "Asha Kulkarni" }).filter({ hasText: "Waiting" }).last().getByRole("link").first().click();
    await marker.getByRole("button", { name: "Mark this work" }).click();
    await expect(marker.getByLabel("Feedback")).toBeVisible();
    await marker.getByRole("button", { name: "Release", exact: true }).click();
    // Criteria without points are named, and nothing is released.
    await expect(marker.getByText(/points/i).first()).toBeVisible();
    await marker.context().close();
  });
});
