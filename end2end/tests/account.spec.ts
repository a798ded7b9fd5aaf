// Accounts in the browser: errors appear in the form, and sessions on other devices can be ended.
import { accessible, awake, expect, learner, newAddress, PASSWORD, signUp, test } from "./site";

test.describe("sign-in errors", () => {
  // The browser itself reports a response of 422 in its console.
  test.use({ allowed: [["status of 422"], { scope: "test" }] as never });

  test("say what is wrong and keep what was typed", async ({ page }) => {
    await page.goto("/sign-in");
    await awake(page);
    await page.getByLabel("Email").fill("nobody@test.example");
    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toContainText("don't match an account");
    await expect(page.getByLabel("Email")).toHaveValue("nobody@test.example");
  });

  test("stand at their fields, and above the form with links to them", async ({ page }) => {
    await page.goto("/sign-up");
    await awake(page);
    await page.getByLabel("Your name").fill(" ");
    await page.getByLabel("Email").fill(newAddress());
    await page.getByLabel("Password").fill("short");
    await page.getByRole("button", { name: "Create an account" }).click();
    const summary = page.getByRole("alert");
    await expect(summary).toBeFocused();
    await expect(summary).toBeInViewport();
    await expect(summary).toContainText("2 fields need attention");
    await expect(page.locator(".error", { hasText: "Use at least 10 characters." })).toBeVisible();
    await summary.getByRole("link", { name: /^Password: Use at least 10 characters/ }).press("Enter");
    await expect(page.getByLabel("Password")).toBeFocused();
    await expect(page).toHaveURL("/sign-up");
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("an error comes back with what was typed", async ({ page }) => {
    await page.goto("/sign-in");
    await page.getByLabel("Email").fill("nobody@test.example");
    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toContainText("don't match an account");
    await expect(page.getByLabel("Email")).toHaveValue("nobody@test.example");
    await expect(page.getByLabel("Password")).toHaveValue("");
    await expect(page.getByRole("alert")).toBeFocused();
    await page.reload();
    await expect(page.getByRole("alert")).toBeHidden();
  });

  test("errors of fields are links to them", async ({ page }) => {
    await page.goto("/sign-up");
    await page.getByLabel("Your name").fill(" ");
    await page.getByLabel("Email").fill(newAddress());
    await page.getByLabel("Password").fill("short");
    await page.getByRole("button", { name: "Create an account" }).click();
    await expect(page.getByRole("alert")).toBeFocused();
    await page.getByRole("link", { name: /^Your name: / }).press("Enter");
    await expect(page.getByLabel("Your name")).toBeFocused();
  });
});

test("signing out and in again leads back to where one wanted to go", { tag: "@once" }, async ({ page }) => {
  const address = await signUp(page);
  await awake(page);
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Answer first. Then read the room." })).toBeVisible();
  await page.goto("/settings/devices");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.getByLabel("Email").fill(address);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL("/settings/devices");
  await expect(page.getByText("This device")).toBeVisible();
});

test("the theme is remembered", { tag: "@once" }, async ({ page }) => {
  await page.goto("/");
  await awake(page);
  await page.getByRole("contentinfo").getByRole("button", { name: "Dark theme" }).click();
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test.describe("the choice of mails", () => {
  // The browser itself reports a response of 422 in its console.
  test.use({ allowed: [["status of 422"], { scope: "test" }] as never });

  test("is made for each kind of notification", async ({ page }) => {
    await learner(page);
    await page.goto("/notifications");
    await accessible(page);
    await expect(page.getByText("Nothing yet")).toBeVisible();
    await page.getByRole("link", { name: "Choose your mails" }).click();
    await awake(page);
    await page.getByLabel("Replies to your messages").selectOption("Once a day");
    await page.getByLabel("From").selectOption("22:00");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Choose an hour, or “none” in both fields.").first()).toBeVisible();
    await page.getByLabel("Until").selectOption("06:00");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Saved.")).toBeVisible();
    await page.reload();
    await accessible(page);
    await expect(page.getByLabel("Replies to your messages")).toHaveValue("daily");
    await expect(page.getByLabel("From")).toHaveValue("22");
  });

  test.describe("without JavaScript", () => {
    test.use({ javaScriptEnabled: false });

    test("keeps what was chosen when a field is wrong", { tag: "@once" }, async ({ page }) => {
      await learner(page);
      await page.goto("/notifications");
      await page.getByRole("link", { name: "Choose your mails" }).click();
      await page.getByLabel("Replies to your messages").selectOption("Once a day");
      await page.getByLabel("From").selectOption("22:00");
      await page.getByRole("button", { name: "Save" }).click();
      await expect(page.getByText("Choose an hour, or “none” in both fields.").first()).toBeVisible();
      await expect(page.getByLabel("Replies to your messages")).toHaveValue("daily");
      await page.getByLabel("Until").selectOption("06:00");
      await page.getByRole("button", { name: "Save" }).click();
      await expect(page.getByText("Saved.")).toBeVisible();
      await expect(page.getByLabel("Until")).toHaveValue("6");
    });
  });
});
