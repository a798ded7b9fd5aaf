// Admission: a whole application with and without JavaScript, joining by a code, and the queue by
// keyboard.
import type { Page } from "@playwright/test";
import { accessible, awake, expect, fits, learner, linkMailedTo, newAddress, signIn, test } from "./site";

const DEMO = "how-to-trust-a-number";

/** Goes through every stage, from the course's page to the state of the application. */
async function applyFor(page: Page, check: (page: Page) => Promise<void>) {
  const address = newAddress();
  await page.goto(`/courses/${DEMO}`);
  await page.getByRole("link", { name: "Apply: Evening cohort" }).click();
  await expect(page.getByRole("heading", { name: "How to trust a number" })).toBeVisible();
  await check(page);
  await page.getByLabel("Your email address").fill(address);
  await page.getByRole("button", { name: "Start your application" }).click();
  await expect(page.getByText("Check your email")).toBeVisible();
  await page.goto(await linkMailedTo(address, "/apply/"));
  await expect(page.getByRole("heading", { name: "Your details" })).toBeVisible();
  await check(page);
  await page.getByLabel("Your name").fill("Asha Kulkarni");
  await page.getByLabel("Phone").fill("+49 30 1234567");
  await page.getByRole("button", { name: "Save and continue" }).click();
  await expect(page.getByRole("heading", { name: "Questions" })).toBeVisible();
  await check(page);
  await page.getByLabel("Which decision in your life").fill("Whether to cycle to work.");
  await page.getByLabel("3 to 4").check();
  await page.getByRole("button", { name: "Save and continue" }).click();
  await expect(page.getByRole("heading", { name: "Review your application" })).toBeVisible();
  await expect(page.getByText("Whether to cycle to work.")).toBeVisible();
  await check(page);
  // Another stage can be changed from here, and what was entered is still there.
  await page.getByRole("link", { name: "Change details" }).click();
  await expect(page.getByLabel("Your name")).toHaveValue("Asha Kulkarni");
  await page.getByRole("link", { name: "Review" }).click();
  await page.getByRole("button", { name: "Submit application" }).click();
  await expect(page.getByRole("heading", { name: "Application under review" })).toBeVisible();
  await check(page);
}

test("a visitor applies", async ({ page }) => {
  await applyFor(page, accessible);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a visitor applies", async ({ page }) => {
    await applyFor(page, fits);
  });
});

test("somebody with an account begins by a code and goes on from the course's page", async ({ page }) => {
  await learner(page);
  await page.goto("/join/evenings");
  await awake(page);
  await page.getByRole("button", { name: "Start your application" }).click();
  await expect(page.getByLabel("Your name")).toHaveValue("Asha Kulkarni");
  await page.getByRole("button", { name: "Save and continue" }).click();
  await page.getByRole("heading", { name: "Questions" }).waitFor();
  await awake(page);
  await page.goto(`/courses/${DEMO}`);
  await awake(page);
  await page.getByRole("link", { name: "Continue your application" }).click();
  await expect(page.getByRole("heading", { name: "How to trust a number" })).toBeVisible();
});

test("the demo's learner studies the course and finds the full workshop", async ({ page }) => {
  await signIn(page, "learner");
  await page.goto(`/courses/${DEMO}`);
  await expect(page.getByText("You are enrolled.")).toBeVisible();
  await accessible(page);
  await page.getByRole("link", { name: "Full (join the waitlist): One Saturday with your own numbers" }).click();
  await expect(page.getByRole("button", { name: "Apply for the waitlist" })).toBeVisible();
});

/** Puts two applications on the waitlist, and undoes both at once. */
async function decideAndUndo(page: Page, [one, other]: [string, string], check: (page: Page) => Promise<void>) {
  await page.goto(`/teach/${DEMO}/admissions`);
  await page.getByRole("link", { name: "Evening cohort" }).click();
  await page.getByLabel(`Choose ${one}`).check();
  await page.getByLabel(`Choose ${other}`).check();
  await page.getByRole("button", { name: "Waitlist", exact: true }).click();
  await expect(page.getByText("2 applications waitlisted. Mails leave in ten minutes.")).toBeVisible();
  await expect(page.getByRole("link", { name: one })).toHaveCount(0);
  await check(page);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("link", { name: one })).toBeVisible();
  await expect(page.getByText("Mails leave in")).toHaveCount(0);
}

test("decisions about several applications are undone at once", { tag: "@once" }, async ({ page }) => {
  await signIn(page, "admin");
  await decideAndUndo(page, ["Ingrid Solheim", "Daniel Okafor"], accessible);
  await awake(page);
  await page.getByLabel("Select all").check();
  await expect(page.getByLabel("Choose Yuki Tanabe")).toBeChecked();
  await page.getByLabel("Choose Yuki Tanabe").uncheck();
  await expect(page.getByLabel("Select all")).not.toBeChecked();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("decisions about several applications are undone at once", { tag: "@once" }, async ({ page }) => {
    await signIn(page, "admin");
    await decideAndUndo(page, ["Lucía Ferrer", "Tobias Lindner"], fits);
  });

  test("offerings are made and closed", { tag: "@once" }, async ({ page }) => {
    await makeAndClose(page, "At your own pace", fits);
  });
});

test("the queue is worked through by keyboard", { tag: "@once" }, async ({ page }) => {
  await signIn(page, "admin");
  await page.goto(`/teach/${DEMO}/admissions`);
  await accessible(page);
  await page.getByRole("link", { name: "Evening cohort" }).click();
  await expect(page.getByRole("heading", { name: "Applications", exact: true })).toBeVisible();
  await accessible(page);
  await page.getByRole("link", { name: "Hana Svobodová" }).click();
  await expect(page.getByText("My step counter.")).toBeVisible();
  await accessible(page);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await expect(page.getByRole("heading", { name: "Piotr Zieliński" })).toBeVisible();
  await page.keyboard.press("k");
  await expect(page.getByRole("heading", { name: "Hana Svobodová" })).toBeVisible();
  for (const [key, words] of [["a", "Accepted"], ["w", "Waitlisted"], ["r", "Rejected"]]) {
    await page.waitForLoadState("load");
    await awake(page);
    await page.keyboard.press(key);
    await expect(page.getByText(`${words}. The mail leaves at`)).toBeVisible();
  }
  await awake(page);
  await accessible(page);
  await page.keyboard.press("u");
  await expect(page.getByText("The mail leaves at")).toHaveCount(0);
  await awake(page);
  await page.getByRole("button", { name: "Mark as in review" }).click();
  await expect(page.getByText("In review. Nobody is told of this.")).toBeVisible();
  await awake(page);
  await accessible(page);
  await page.keyboard.press("u");
  await expect(page.getByText("Nobody is told of this.")).toHaveCount(0);
});

/** Makes an offering with this title through the form, after a mistake, and closes it. */
async function makeAndClose(page: Page, title: string, check: (page: Page) => Promise<void>) {
  await signIn(page, "admin");
  await page.goto(`/teach/${DEMO}/admissions/new`);
  await check(page);
  await page.getByLabel("Title").fill(title);
  await page.getByLabel("Program").selectOption("self_paced");
  await page.getByLabel("Price").fill("a lot");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Enter a price such as 48 or 48.50").first()).toBeVisible();
  await expect(page.getByLabel("Title")).toHaveValue(title);
  await page.getByLabel("Price").fill("12.50");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { name: title })).toBeVisible();
  await expect(page.getByText("€12.50")).toBeVisible();
  await page.getByText("Link to join").click();
  await expect(page.getByRole("img", { name: "QR code of the link to join" })).toBeVisible();
  await check(page);
  await page.getByRole("button", { name: "Close applications" }).click();
  await expect(page.getByRole("button", { name: "Open applications" })).toBeVisible();
}

test("offerings are made and closed", { tag: "@once" }, async ({ page, allowed }) => {
  allowed.push("status of 422");
  await makeAndClose(page, "By yourself", accessible);
  await page.goto(`/teach/${DEMO}/admissions/questions`);
  await accessible(page);
});

/** Applies by a code. The person's heading then says where they stand. */
async function joinBy(page: Page, code: string) {
  await learner(page);
  await page.goto(`/join/${code}`);
  await awake(page);
  await page.getByRole("button", { name: /^(Start your application|Apply for the waitlist)$/ }).click();
  await expect(page.getByRole("heading", { name: "Your details" })).toBeVisible();
  await awake(page);
  await page.getByRole("button", { name: "Save and continue" }).click();
  await expect(page.getByText("There are no questions for this offering.")).toBeVisible();
  await awake(page);
  await page.getByRole("button", { name: "Save and continue" }).click();
  await expect(page.getByRole("heading", { name: "Review your application" })).toBeVisible();
  await awake(page);
  await page.getByRole("button", { name: "Submit application" }).click();
}

test("a freed seat is offered to the next on the waitlist", async ({ page, browser }) => {
  const code = `w${newAddress().replace(/learner|[^a-z0-9]/gi, "")}`.slice(0, 20);
  const office = await (await browser.newContext()).newPage();
  await signIn(office, "admin");
  await office.goto(`/teach/${DEMO}/admissions/new`);
  await awake(office);
  await office.getByLabel("Title").fill(`One seat ${code}`);
  await office.getByLabel("Program").selectOption("workshop");
  await office.getByLabel("Price").fill("10");
  await office.getByLabel("Number of seats").fill("1");
  await office.getByLabel("Applications are reviewed").uncheck();
  await office.getByLabel("Enrollment code").fill(code);
  await office.getByRole("button", { name: "Save" }).click();
  await expect(office.getByRole("heading", { name: `One seat ${code}` })).toBeVisible();
  const next = await (await browser.newContext()).newPage();
  await joinBy(page, code);
  await expect(page.getByRole("heading", { name: "Pay for your seat" })).toBeVisible();
  await joinBy(next, code);
  await expect(next.getByRole("heading", { name: "On the waitlist" })).toBeVisible();
  await awake(page);
  await page.getByText("Withdraw application").click();
  await page.getByRole("button", { name: "Withdraw this application" }).click();
  await expect(page.getByRole("heading", { name: "This application has ended" })).toBeVisible();
  await next.reload();
  await awake(next);
  await next.getByRole("button", { name: "Accept your seat" }).click();
  await expect(next.getByRole("heading", { name: "Pay for your seat" })).toBeVisible();
});
