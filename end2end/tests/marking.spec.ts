// Work on an exercise that is handed in with a file, marked with the keyboard, and given back.
import type { Browser, Page } from "@playwright/test";
import { accessible, awake, expect, learner, send, signIn, test } from "./site";

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
  // A file that is too large is refused before it is sent, and also by the server.
  const large = { name: "large.txt", mimeType: "text/plain", buffer: Buffer.alloc(30_000_000, "x") };
  await page.getByLabel("Add a file").setInputFiles(large);
  const refusal = await page.getByLabel("Add a file").evaluate((field: HTMLInputElement) => field.validationMessage);
  expect(refusal).toBe("The file is too large. At most 20 MB are allowed.");
  await page.getByLabel("Add a file").evaluate((field: HTMLInputElement) => field.setCustomValidity(""));
  await page.getByRole("button", { name: "Add file" }).click();
  await expect(page.locator("#files .notice")).toContainText("At most 20 MB are allowed.");
  await awake(page);
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

/** A PDF of one page with a few words. */
const PDF = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj
4 0 obj<</Length 44>>stream
BT /F1 24 Tf 50 100 Td (Forty of those.) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
%%EOF`;

test("a PDF is shown in the page and leaves the keys to the form", { tag: "@once" }, async ({ page, browser }) => {
  const name = await namedLearner(page);
  await page.goto(EXERCISE);
  await awake(page);
  await page.getByLabel("Add a file").setInputFiles({ name: "plan.pdf", mimeType: "application/pdf", buffer: Buffer.from(PDF) });
  await page.getByRole("button", { name: "Add file" }).click();
  await expect(page.getByRole("link", { name: "plan.pdf" })).toBeVisible();
  await handIn(page, "See the plan.");
  const marker = await tutor(browser);
  await openWork(marker, name);
  const frame = marker.locator("iframe[title='plan.pdf']");
  await frame.scrollIntoViewIfNeeded();
  await expect(frame).toBeVisible();
  const address = (await frame.getAttribute("src"))!.replace(/#.*/, "");
  const file = await marker.request.get(address);
  expect(file.headers()["content-type"]).toBe("application/pdf");
  expect(file.headers()["x-frame-options"]).toBe("SAMEORIGIN");
  // The headless shell has no viewer, and offers the file as a download.
  const hasViewer = await marker.evaluate(() => navigator.pdfViewerEnabled);
  if (hasViewer) await expect.poll(() => marker.frames().some((one) => one.url().includes(address))).toBe(true);
  await expect(marker.getByRole("link", { name: "Download" })).toHaveAttribute("download", "plan.pdf");
  await marker.keyboard.press("a");
  await expect(marker.locator(".marking-criterion:not(:has(input:checked))")).toHaveCount(0);
  await marker.context().close();
});

/** Enrolls the learner, and hands in work on all sixty exercises of the course. */
async function handInSixty(page: Page, course: string) {
  await learner(page, course);
  for (const topic of ["a", "b", "c", "d", "e", "f"]) {
    const exercises = Array.from({ length: 10 }, (_, number) => `/learn/${course}/${topic}/exercise/${topic}-${number}`);
    await Promise.all(exercises.map(async (path) => {
      const html = await (await page.request.get(path)).text();
      const field = (name: string) => html.match(new RegExp(`name="${name}" value="([^"]+)"`))![1];
      const text = `A sentence about ${path}.`;
      const form = { exercise: field("exercise"), writer: field("writer"), revision: field("revision"), change: "1", text, links: "", done: path };
      await send(page, "exercise/api/save_work", form);
    }));
  }
}

test("sixty works are marked by keyboard alone, with at most four keys each", { tag: "@once" }, async ({ page, browser }) => {
  test.slow();
  const course = "to-be-marked";
  await handInSixty(page, course);
  const context = await browser.newContext(test.info().project.use);
  const marker = await context.newPage();
  const address = await learner(marker);
  // This tutor teaches no other course, so the queue has these works alone.
  const admin = await (await browser.newContext(test.info().project.use)).newPage();
  await signIn(admin, "admin");
  await send(admin, "people/tutors/api/add_course_tutor", { course, email: address });
  await admin.context().close();

  await marker.goto("/marking");
  await expect(marker.getByText("60 works wait for marks.")).toBeVisible();
  await awake(marker);
  await marker.getByRole("button", { name: "Mark the next work" }).focus();
  await marker.keyboard.press("Enter");
  const seen = new Set<string>();
  for (let work = 0; work < 60; work++) {
    await expect.poll(() => /\/marking\/[0-9a-f-]{36}$/.test(marker.url()) && !seen.has(marker.url())).toBe(true);
    const url = marker.url();
    seen.add(url);
    // The form of this work is shown, not that of the last one.
    await expect(marker.locator("input[name=submission]")).toHaveValue(url.split("/").pop()!);
    await awake(marker);
    await expect(marker.locator(".marking-criterion input:checked")).toHaveCount(0);
    const keys = work % 3 === 0 ? ["a", "n"] : ["3", "2", work % 3 === 1 ? "1" : "3", "n"];
    expect(keys.length).toBeLessThanOrEqual(4);
    for (const key of keys) await marker.keyboard.press(key);
  }
  await expect(marker).toHaveURL(/\/marking$/);
  await expect(marker.getByText("Nothing to mark")).toBeVisible();
  expect(seen.size).toBe(60);
  await marker.context().close();

  // A third has all points, a third 2 + 1 + 0 of 6, and a third 2 + 1 + 2.
  await page.goto(`/learn/${course}/grade/mine`);
  for (const score of ["100%", "50%", "83%"]) await expect(page.getByRole("cell", { name: score, exact: true })).toHaveCount(20);
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
