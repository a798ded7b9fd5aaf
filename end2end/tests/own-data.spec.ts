// A person's own data: a copy to download, and the deletion of the account.
import { accessible, expect, learner, linkMailedTo, PASSWORD, test } from "./site";

test("a person downloads a copy, deletes the account and keeps it after all", async ({ page, allowed }) => {
  allowed.push("status of 422");
  const address = await learner(page);
  await page.goto("/settings/data");
  await accessible(page);
  await page.getByRole("button", { name: "Request a copy" }).click();
  await expect(page.getByText("Your copy is being made.")).toBeVisible();
  await linkMailedTo(address, "/settings/data");
  await page.goto("/settings/data");
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download the copy" }).click();
  expect((await downloading).suggestedFilename()).toBe("my-data.zip");

  await page.getByLabel("Your password").fill("wrong");
  await page.getByRole("button", { name: "Delete my account" }).click();
  await expect(page.getByText("That is not your current password.").first()).toBeVisible();
  await page.getByLabel("Your password").fill(PASSWORD);
  await page.getByRole("button", { name: "Delete my account" }).click();
  await expect(page.getByRole("heading", { name: "Your account will be deleted" })).toBeVisible();
  await accessible(page);

  await page.context().clearCookies();
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(address);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("button", { name: "Keep my account" }).click();
  await expect(page.getByText("Your account is kept.")).toBeVisible();
});
