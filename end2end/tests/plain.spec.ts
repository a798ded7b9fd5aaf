// Forms of admission and notifications that the other tests send with JavaScript only.
import type { Browser, Page } from "@playwright/test";
import { expect, fits, learner, signIn, test } from "./site";

const DEMO = "how-to-trust-a-number";

test.use({ javaScriptEnabled: false });

/** Goes through the stages of an application that has begun. */
async function handIn(page: Page) {
  await page.getByRole("button", { name: "Save and continue" }).click();
  await page.getByRole("heading", { name: "Questions" }).waitFor();
  await page.getByRole("button", { name: "Save and continue" }).click();
  await page.getByRole("button", { name: "Submit application" }).click();
}

/** Hands in an application of a new learner by the forms. Returns their page and address. */
async function applicant(browser: Browser, code: string): Promise<[Page, string]> {
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  const address = await learner(page);
  await page.goto(`/join/${code}`);
  await page.getByRole("button", { name: "Start your application" }).click();
  await handIn(page);
  await expect(page.getByRole("heading", { name: "Application under review" })).toBeVisible();
  return [page, address];
}

test("applications are asked, decided, told and taken back", { tag: "@once" }, async ({ page, browser }) => {
  await signIn(page, "admin");
  const title = `Plainly ${Date.now().toString(36)}`;
  await page.goto(`/teach/${DEMO}/admissions/new`);
  await page.getByLabel("Title").fill(title);
  await page.getByLabel("Program").selectOption("self_paced");
  await page.getByLabel("Applications are reviewed").check();
  await page.getByLabel("Number of seats").fill("1");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { name: title })).toBeVisible();
  const queue = page.url();
  const code = (await page.locator("details.join b").textContent())!;

  await page.getByRole("link", { name: "Application questions" }).click();
  await page.getByLabel("Question", { exact: true }).fill("Why plainly?");
  await page.getByLabel("Asked in").selectOption({ label: title });
  await page.getByRole("button", { name: "Add question" }).click();
  await expect(page.getByText("Why plainly?")).toBeVisible();
  await fits(page);
  await page.getByRole("button", { name: "Remove “Why plainly?”" }).click();
  await expect(page.getByText("Why plainly?")).toHaveCount(0);

  const [one, first] = await applicant(browser, code);
  const [other, second] = await applicant(browser, code);
  await page.goto(queue);
  await page.getByRole("row").filter({ hasText: first }).getByRole("checkbox").check();
  await page.getByRole("button", { name: "Accept", exact: true }).click();
  await page.getByText("Edit these mails").click();
  await page.locator(".review-undo").getByLabel("Subject").fill("A seat, plainly");
  await page.getByRole("button", { name: "Save these mails" }).click();
  await page.getByText("Edit these mails").click();
  await expect(page.locator(".review-undo").getByLabel("Subject")).toHaveValue("A seat, plainly");
  await page.locator(".review-undo").getByRole("button", { name: "Undo" }).click();
  await page.getByRole("row").filter({ hasText: first }).getByRole("link").click();
  await page.getByRole("button", { name: /^Accept/ }).click();
  await expect(page.getByText("Accepted. The mail leaves at")).toBeVisible();
  await page.locator(".review-mail summary").click();
  await page.locator(".review-mail").getByLabel("Subject").fill("Another seat, plainly");
  await page.getByRole("button", { name: "Save mail", exact: true }).click();
  await expect(page.locator(".review-mail summary")).toContainText("Another seat, plainly");
  await page.locator(".review-mail summary").click();
  await page.getByRole("button", { name: "Save and send now" }).click();
  await expect(page.getByText("The mail leaves at")).toHaveCount(0);
  await page.getByText("Free this seat").click();
  await page.getByRole("button", { name: "Free the seat" }).click();
  await expect(page.getByText("The mail leaves at")).toBeVisible();
  await page.getByRole("button", { name: /^Undo/ }).click();
  await expect(page.getByText("The mail leaves at")).toHaveCount(0);
  await fits(page);

  await page.goto(queue);
  await page.getByRole("row").filter({ hasText: second }).getByRole("link").click();
  await page.getByRole("button", { name: /^Waitlist/ }).click();
  await page.locator(".review-mail summary").click();
  await page.getByRole("button", { name: "Save and send now" }).click();
  await expect(page.getByText("The mail leaves at")).toHaveCount(0);
  await other.reload();
  await expect(other.getByRole("heading", { name: /waitlist/i })).toBeVisible();
  // The seat of the first is freed, and the other one takes it.
  await page.goto(queue);
  await page.getByRole("link", { name: /^Accepted/ }).click();
  await page.getByRole("row").filter({ hasText: first }).getByRole("link").click();
  await page.getByText("Free this seat").click();
  await page.getByRole("button", { name: "Free the seat" }).click();
  await page.locator(".review-mail summary").click();
  await page.getByRole("button", { name: "Save and send now" }).click();
  await expect(page.getByText("The mail leaves at")).toHaveCount(0);
  await other.reload();
  await other.getByRole("button", { name: "Accept your seat" }).click();
  await expect(other.getByRole("link", { name: /^Start/ }).first()).toBeVisible();
  // The first applies again, for the waitlist, and withdraws.
  await one.reload();
  await one.getByRole("button", { name: "Apply again" }).click();
  await handIn(one);
  await one.getByText("Withdraw application").click();
  await one.getByRole("button", { name: "Withdraw this application" }).click();
  await expect(one.getByRole("button", { name: "Apply again" })).toBeVisible();

  await page.goto(queue);
  await page.locator(".mail-template summary").filter({ hasText: "Rejected" }).click();
  const template = page.locator(".mail-template").filter({ has: page.locator("summary", { hasText: "Rejected" }) });
  await template.getByLabel("Subject").fill("Not this time");
  await template.getByRole("button", { name: "Save mail" }).click();
  await expect(template.getByLabel("Subject")).toHaveValue("Not this time");
  await page.getByRole("button", { name: "Close applications" }).click();
  await expect(page.getByRole("button", { name: "Open applications" })).toBeVisible();
  await one.context().close();
  await other.context().close();
});

test("a cart is emptied, an order is canceled, and a payment is undone and paid back", { tag: "@once" }, async ({ page, browser }) => {
  await learner(page);
  await page.goto("/join/coaching");
  await page.getByRole("button", { name: "Start your application" }).click();
  await handIn(page);
  const seat = page.url();
  await page.getByRole("button", { name: "Put into the cart" }).click();
  await page.getByRole("button", { name: "Remove A day with a coach from the cart" }).click();
  await expect(page.getByText("Your cart is empty")).toBeVisible();
  const order = async () => {
    await page.goto(seat);
    await page.getByRole("button", { name: "Put into the cart" }).click();
    await page.getByLabel("Discount code").fill("EARLYBIRD");
    await page.getByRole("button", { name: "Use code" }).click();
    await page.getByRole("button", { name: "Remove code" }).click();
    await page.getByRole("button", { name: "Place order" }).click();
    await expect(page.getByRole("heading", { name: /^To pay: / })).toBeVisible();
  };
  await order();
  await page.getByText("Cancel order").click();
  await page.getByRole("button", { name: "Cancel this order" }).click();
  await expect(page.getByText("Canceled").first()).toBeVisible();
  await fits(page);
  await order();
  const title = await page.getByRole("heading", { level: 1 }).innerText();

  const office = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await signIn(office, "admin");
  await office.goto(`/teach/${DEMO}/admissions`);
  await office.getByRole("link", { name: "A day with a coach" }).click();
  await office.getByRole("link", { name: "Orders", exact: true }).click();
  await office.getByRole("link", { name: title, exact: true }).click();
  await office.getByRole("button", { name: "Record payment" }).click();
  await expect(office.getByText("You can undo this until")).toBeVisible();
  await office.getByRole("button", { name: "Undo" }).click();
  await expect(office.getByText("You can undo this until")).toHaveCount(0);
  await office.getByRole("button", { name: "Record payment" }).click();
  await office.getByRole("button", { name: "Record refund" }).click();
  await expect(office.getByText("A refund of")).toBeVisible();
  await fits(office);

  await office.goto(`/teach/${DEMO}/admissions/payments`);
  const code = `PLAIN${Date.now().toString(36).toUpperCase()}`;
  await office.getByLabel("Code", { exact: true }).fill(code);
  await office.getByLabel("Value").fill("10");
  await office.getByRole("button", { name: "Add code" }).click();
  await office.getByRole("button", { name: `Stop the code ${code}` }).click();
  await expect(office.getByRole("button", { name: `Start the code ${code}` })).toBeVisible();
  await office.getByRole("button", { name: "Save", exact: true }).click();
  await expect(office.getByText("The words are saved.")).toBeVisible();
  await fits(office);
  await office.context().close();
});

test("somebody chooses their mails", { tag: "@once" }, async ({ page }) => {
  await learner(page);
  await page.goto("/settings/notifications");
  const kinds = page.getByRole("combobox");
  await kinds.first().selectOption({ label: "Once a week" });
  await page.getByLabel("From").selectOption("22");
  await page.getByLabel("Until").selectOption("7");
  await page.getByRole("button", { name: "Save" }).click();
  await page.goto("/settings/notifications");
  await expect(kinds.first().locator("option:checked")).toHaveText("Once a week");
  await expect(page.getByLabel("From")).toHaveValue("22");
  await fits(page);
});
