// Answers of a language model: they appear while they are written, and admins read how much the
// model is used. The site of these tests has no model, so an answer is shown as it was a moment
// before it was complete.
import { accessible, awake, expect, fits, learner, signIn, test } from "./site";

const DEMO = "how-to-trust-a-number";
const TALK = `/learn/${DEMO}/what-was-counted/tutor`;
const QUESTION = "What happened to burglaries when the recording rules changed?";
const SOME_TALK = "00000000-0000-7000-8000-000000000000";

test("an answer appears while it is written, and typed text stays", async ({ page }) => {
  await learner(page, DEMO);
  await page.goto(TALK);
  await awake(page);
  await page.getByLabel("Your question").fill(QUESTION);
  await page.getByRole("button", { name: "Ask the tutor" }).click();
  await expect(page.getByText("A hint first.")).toBeVisible();

  let loads = 0;
  await page.route(`**${TALK}`, async (route) => {
    const response = await route.fetch();
    loads += 1;
    let body = await response.text();
    if (loads <= 2) {
      const live = `data-live="tutor_chat/${SOME_TALK}" data-since="${SOME_TALK}"`;
      body = body.replace('<div class="tutor-talk"', `<div class="tutor-talk" ${live}`).replace("A hint first.", "The answer is being written.");
    }
    await route.fulfill({ response, body });
  });
  await page.goto(TALK);
  await awake(page);
  await page.getByLabel("Your question").fill("And then?");
  await expect(page.getByText("A hint first.")).toBeVisible();
  await expect(page.getByText("The answer is being written.")).toHaveCount(0);
  await expect(page.getByLabel("Your question")).toHaveValue("And then?");
  await expect(page.locator("#ly-tutor-said")).toHaveText("The answer is there.");
  expect(loads).toBeGreaterThan(2);
  await accessible(page);
  await fits(page);
});

test("an admin sees the usage of the language model", async ({ page }) => {
  await signIn(page, "admin");
  await page.goto("/admin/operations");
  await page.getByRole("link", { name: "Usage of the language model" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Language model" })).toBeVisible();
  await expect(page.getByText("None is set up.")).toBeVisible();
  await accessible(page);
  await fits(page);
});
