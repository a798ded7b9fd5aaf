// Certificates: a learner completes a course, a signed-out person verifies the certificate, and a
// forged one is rejected.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { accessible, awake, expect, learner, test } from "./site";

const COURSE = "open-to-all";

/**
 * Signs up a learner and opens the last topic. Marks all other topics as done by sending their
 * forms directly.
 */
async function reachTheEnd(page: Page) {
  await learner(page, COURSE);
  await page.goto(`/courses/${COURSE}`);
  const origin = new URL(page.url()).origin;
  const topics = await page.locator(".syllabus .topic a").evaluateAll((links) => links.map((link) => link.getAttribute("href")!));
  for (const topic of topics.slice(0, -1)) {
    const html = await (await page.request.get(topic)).text();
    const [, action, id] = html.match(/action="([^"]*mark_done)".*?name="topic" value="([^"]*)"/s)!;
    const answer = await page.request.post(action, { form: { topic: id, done: "true" }, headers: { Origin: origin } });
    expect(answer.ok()).toBe(true);
  }
  await page.goto(topics.at(-1)!);
}

async function complete(page: Page) {
  await reachTheEnd(page);
  const last = page.url();
  await expect(page.getByText("Next: Quiz")).toBeVisible();
  await page.getByRole("button", { name: "Mark done and continue" }).click();
  await expect(page).toHaveURL(new RegExp(`/learn/${COURSE}/quiz/`));
  await page.goto(last);
  await page.getByRole("link", { name: "Your certificate" }).click();
  await expect(page.getByRole("heading", { name: "Certificate of completion" })).toBeVisible();
}

test("a certificate is earned, rated, kept, and checked by somebody who is signed out", async ({ page, browser }) => {
  await complete(page);
  await awake(page);
  const path = new URL(page.url()).pathname;
  await expect(page.getByText("This certificate is genuine")).toBeVisible();
  await expect(page.locator(".certificate-name")).toHaveText("Asha Kulkarni");
  await expect(page.locator(".certificate-course")).toHaveText("Open to all");
  await accessible(page);

  await page.getByLabel("4 of 5").check();
  await page.getByLabel("Comment").fill("It made me doubt the right things.");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("Thank you. Your rating is saved.")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("4 of 5")).toBeChecked();

  const save = async (name: string) => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name, exact: true }).click()]);
    return readFileSync(await download.path());
  };
  const pdf = await save("PDF");
  expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
  expect(pdf.includes(path)).toBe(true);
  const credential = (await save("Credential")).toString();
  expect(credential.split(".")).toHaveLength(3);

  // The certificate prints on one page.
  const paper = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  expect(paper.match(/\/Type \/Page\b(?!s)/g)).toHaveLength(1);

  await page.goto("/learn");
  await page.getByRole("link", { name: "Certificate", exact: true }).click();
  await expect(page).toHaveURL(new RegExp(path));
  await page.goto("/certificates");
  await accessible(page);
  await page.getByRole("link", { name: "Open to all" }).click();
  await expect(page).toHaveURL(new RegExp(path));

  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(path);
  await expect(stranger.getByText("This certificate is genuine")).toBeVisible();
  await expect(stranger.locator(".certificate-name")).toHaveText("Asha Kulkarni");
  await expect(stranger.getByLabel("4 of 5")).toHaveCount(0);
  await expect(stranger.getByText("It made me doubt")).toHaveCount(0);
  await expect(stranger.locator("meta[name=robots]")).toHaveAttribute("content", "noindex");
  await stranger.getByRole("main").getByRole("link", { name: "Check another certificate" }).click();
  await expect(stranger.getByLabel("Code, address or credential")).toBeVisible();
  await accessible(stranger);
  const check = async (text: string) => {
    await stranger.getByLabel("Code, address or credential").fill(text);
    await stranger.getByRole("button", { name: "Check" }).click();
  };
  await check(credential);
  await expect(stranger.getByText("This certificate is genuine")).toBeVisible();
  await expect(stranger.getByText("Asha Kulkarni completed “Open to all”")).toBeVisible();
  await accessible(stranger);

  // Replaces the learner in the credential, as a forger would.
  const [header, payload, signature] = credential.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
  claims.credentialSubject.identifier[0].identityHash = "Mallory";
  const forged = Buffer.from(JSON.stringify(claims)).toString("base64url");
  await check(`${header}.${forged}.${signature}`);
  await expect(stranger.getByText("This is not one of our certificates")).toBeVisible();
  await expect(stranger.getByText("It is forged or was altered")).toBeVisible();
  await accessible(stranger);
  const none = Buffer.from(JSON.stringify({ alg: "none", typ: "JWT" })).toString("base64url");
  await check(`${none}.${forged}.`);
  await expect(stranger.getByText("It is not signed")).toBeVisible();
  await stranger.context().close();
});

test.describe("without JavaScript", { tag: "@once" }, () => {
  // The test reads the links of the syllabus for longer than the browser waits for preloaded files
  // to be used.
  test.use({ javaScriptEnabled: false, allowed: [["was preloaded using link preload"], { scope: "test" }] as never });

  test("a certificate is earned, rated and checked", async ({ page }) => {
    await complete(page);
    const code = page.url().split("/").at(-1)!;
    await page.getByLabel("5 of 5").check();
    await page.getByRole("button", { name: "Send" }).click();
    await expect(page.getByText("Thank you. Your rating is saved.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Print" })).toBeHidden();
    await page.goto("/verify");
    await page.getByLabel("Code, address or credential").fill(code.toUpperCase());
    await page.getByRole("button", { name: "Check" }).click();
    await expect(page.getByText("This certificate is genuine")).toBeVisible();
    await page.getByLabel("Code, address or credential").fill("0000-0000-0000");
    await page.getByRole("button", { name: "Check" }).click();
    await expect(page.getByText("There is no certificate with this code here.")).toBeVisible();
    await expect(page.getByLabel("Code, address or credential")).toHaveValue("0000-0000-0000");
  });
});
