// Orders: a seat with a price goes into the cart, is ordered, and is paid at the desk.
import type { Page } from "@playwright/test";
import { accessible, expect, fits, learner, signIn, test } from "./site";

const DEMO = "how-to-trust-a-number";

/** Takes a seat in the offering with a price, and places an order for it. Returns its title. */
async function orderSeat(page: Page, check: (page: Page) => Promise<void>) {
  await page.goto("/join/coaching");
  await page.getByRole("button", { name: "Start your application" }).click();
  await page.getByRole("button", { name: "Save and continue" }).click();
  await page.getByRole("heading", { name: "Questions" }).waitFor();
  await page.getByRole("button", { name: "Save and continue" }).click();
  await page.getByRole("button", { name: "Submit application" }).click();
  await expect(page.getByRole("heading", { name: "Pay for your seat" })).toBeVisible();
  await check(page);
  await page.getByRole("button", { name: "Put into the cart" }).click();
  await expect(page.getByRole("heading", { name: "Your cart" })).toBeVisible();
  await check(page);
  await page.getByLabel("Discount code").fill("nonsense");
  await page.getByRole("button", { name: "Use code" }).click();
  await expect(page.getByText("There is no such code.").first()).toBeVisible();
  await page.getByLabel("Discount code").fill("early bird");
  await page.getByRole("button", { name: "Use code" }).click();
  await expect(page.getByText("EARLYBIRD")).toBeVisible();
  await check(page);
  await page.getByLabel("Address on the invoice").fill("1 High Street");
  await page.getByRole("button", { name: "Place order" }).click();
  await expect(page.getByRole("heading", { name: "To pay: €90" })).toBeVisible();
  await check(page);
  const title = await page.getByRole("heading", { level: 1 }).innerText();
  await page.goto("/orders");
  await expect(page.getByRole("link", { name: title, exact: true })).toBeVisible();
  await check(page);
  return title;
}

/** Records the payment of this order at the desk, after a mistake. */
async function recordPayment(office: Page, title: string, check: (page: Page) => Promise<void>) {
  await signIn(office, "admin");
  await office.goto(`/teach/${DEMO}/admissions`);
  await office.getByRole("link", { name: "A day with a coach" }).click();
  await office.getByRole("link", { name: "Orders", exact: true }).click();
  await office.getByRole("link", { name: title, exact: true }).click();
  await expect(office.getByRole("heading", { name: "Record a payment" })).toBeVisible();
  await check(office);
  await office.getByLabel("Amount").fill("a lot");
  await office.getByRole("button", { name: "Record payment" }).click();
  await expect(office.getByText("Enter an amount such as 48 or 48.50.").first()).toBeVisible();
  await office.getByLabel("Amount").fill("90");
  await office.getByRole("button", { name: "Record payment" }).click();
  await expect(office.getByRole("heading", { name: "Refund" })).toBeVisible();
  await check(office);
}

test("a seat is ordered, and let in once the office records the payment", async ({ page, browser, allowed }) => {
  allowed.push("status of 422");
  await learner(page);
  const title = await orderSeat(page, accessible);
  const office = await (await browser.newContext()).newPage();
  await recordPayment(office, title, accessible);
  await office.context().close();
  await page.goto("/orders");
  await page.getByRole("link", { name: title, exact: true }).click();
  await expect(page.getByText("This page is your receipt.")).toBeVisible();
  await accessible(page);
});

test("the words about payments are shown", { tag: "@once" }, async ({ page }) => {
  await signIn(page, "admin");
  await page.goto(`/teach/${DEMO}/admissions/payments`);
  await expect(page.getByLabel("Words")).toHaveValue(/IBAN/);
  await expect(page.getByText("25 % off")).toBeVisible();
  await accessible(page);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a seat is ordered, and its payment recorded", async ({ page, browser }) => {
    await learner(page);
    const title = await orderSeat(page, fits);
    const office = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    await recordPayment(office, title, fits);
    await office.context().close();
  });
});
