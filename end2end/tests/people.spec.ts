// People and the site: what an admin does without a shell.
import { accessible, awake, expect, fits, learner, linkMailedTo, newAddress, PASSWORD, send, signIn, test } from "./site";

test("an admin invites a person, who joins, is found and is deactivated", async ({ page, browser, allowed }) => {
  allowed.push("status of 422");
  const address = newAddress();
  await signIn(page, "admin");
  await page.goto("/admin/people");
  await expect(page.getByRole("heading", { name: "People", level: 1 })).toBeVisible();
  await accessible(page);
  await page.getByRole("link", { name: "Invite people" }).click();
  await page.getByLabel("Email").fill("noor@school");
  await page.getByRole("button", { name: "Send invitation" }).click();
  await expect(page.getByText("Enter a valid email address").first()).toBeVisible();
  await page.getByLabel("Email").fill(address);
  await page.getByRole("button", { name: "Send invitation" }).click();
  await expect(page.getByRole("rowheader", { name: address })).toBeVisible();
  await accessible(page);

  const link = await linkMailedTo(address, "/invitation");
  const guest = await (await browser.newContext()).newPage();
  await guest.goto(link);
  await accessible(guest);
  await guest.getByLabel("Your name").fill("Noor of the tests");
  await guest.getByLabel("Password").fill(PASSWORD);
  await guest.getByRole("button", { name: "Create an account and accept" }).click();
  await expect(guest).toHaveURL(/\/learn$/);

  await page.goto(`/admin/people?q=${encodeURIComponent(address)}`);
  await page.getByRole("link", { name: "Noor of the tests" }).click();
  await expect(page.getByText("Your invitation to")).toBeVisible();
  await accessible(page);
  await page.getByText("Deactivate", { exact: true }).click();
  await page.getByRole("button", { name: "Deactivate this account" }).click();
  await expect(page.getByText("The account is deactivated")).toBeVisible();
  await guest.goto("/learn");
  await expect(guest).toHaveURL(/\/sign-in/);
  await guest.context().close();

  await page.goto("/admin/audit?action=user.deactivated");
  await expect(page.getByRole("link", { name: "Noor of the tests" }).first()).toBeVisible();
  await accessible(page);
});

test("somebody applies to teach, and an admin invites them", async ({ page, browser, allowed }) => {
  allowed.push("status of 422");
  const address = newAddress();
  await page.goto("/courses");
  await page.getByRole("link", { name: "Teach with us" }).click();
  await expect(page.getByRole("heading", { name: "Teach with us", level: 1 })).toBeVisible();
  await accessible(page);
  await page.getByLabel("Your name").fill("Noor Haddad");
  await page.getByLabel("Your email address").fill(address);
  await page.getByLabel("Which courses or subjects").fill("Statistics");
  await page.getByLabel("Your experience").fill("Ten years at a school.");
  await page.getByLabel("Why would you like to teach here?").fill(" ");
  await page.getByRole("button", { name: "Send application" }).click();
  await expect(page.getByText("Enter a sentence or two.").first()).toBeVisible();
  await page.getByLabel("Why would you like to teach here?").fill("I like good questions.");
  await page.getByRole("button", { name: "Send application" }).click();
  await expect(page.getByText("Your application has arrived")).toBeVisible();
  await accessible(page);

  const admin = await (await browser.newContext()).newPage();
  await signIn(admin, "admin");
  await admin.goto("/admin/tutor-applications");
  await accessible(admin);
  await admin.getByRole("row", { name: address }).getByRole("link").click();
  await expect(admin.getByText("Ten years at a school.")).toBeVisible();
  await accessible(admin);
  await admin.getByText("Approve", { exact: true }).click();
  await expect(admin.getByText("invites them as a tutor")).toBeVisible();
  await admin.getByRole("button", { name: "Approve this application" }).click();
  await expect(admin.getByText("Approved by")).toBeVisible();
  await admin.context().close();
  await linkMailedTo(address, "/invitation");
});

test("an admin sees jobs, mails and health", { tag: "@once" }, async ({ page }) => {
  await signIn(page, "admin");
  await page.goto("/admin/operations");
  await expect(page.getByText("Version", { exact: true })).toBeVisible();
  await accessible(page);
  await page.getByRole("link", { name: "All mails" }).click();
  await expect(page.getByText("Sent").first()).toBeVisible();
  await accessible(page);
  await expect(page.getByText(/^PostgreSQL \d/)).toBeVisible();
});

test("an admin signs a device out", { tag: "@once" }, async ({ page, browser }) => {
  const guest = await (await browser.newContext(test.info().project.use)).newPage();
  const address = await learner(guest, "open-to-all");
  const name = `Noor ${Date.now().toString(36)}`;
  await send(guest, "platform/auth/api/update_profile", { name, time_zone: "" });
  await signIn(page, "admin");
  await page.goto("/admin/operations?show=sessions");
  await expect(page.getByText("This device").first()).toBeVisible();
  await awake(page);
  await accessible(page);
  await page.getByRole("button", { name: `Sign out: ${name}` }).click();
  await expect(page.getByRole("button", { name: `Sign out: ${name}` })).toHaveCount(0);
  await guest.goto("/learn");
  await expect(guest).toHaveURL(/\/sign-in/);
  await guest.context().close();
  await page.goto(`/admin/people?q=${encodeURIComponent(address)}`);
  await page.getByRole("link", { name }).click();
  await expect(page.getByText("user.session_ended")).toBeVisible();
});

test("an admin writes a page with the buttons, and the preview follows", { tag: "@once" }, async ({ page }) => {
  await signIn(page, "admin");
  await page.goto("/admin/site/pages");
  await awake(page);
  const title = `Imprint ${Date.now().toString(36)}`;
  await page.getByLabel("Title").fill(title);
  await page.getByRole("button", { name: "Create page" }).click();
  await expect(page.getByRole("heading", { name: title, level: 1 })).toBeVisible();
  await awake(page);
  const text = page.getByLabel("Text", { exact: true });
  await text.fill("Who we are");
  await text.press("ControlOrMeta+a");
  await page.getByRole("button", { name: "Bold" }).click();
  await expect(text).toHaveValue("**Who we are**");
  await expect(page.locator(".cms-preview strong")).toHaveText("Who we are");
  await text.press("ControlOrMeta+a");
  await text.press("ControlOrMeta+b");
  await expect(text).toHaveValue("Who we are");
  await expect(page.locator(".cms-preview strong")).toHaveCount(0);
  await accessible(page);
  await page.getByRole("button", { name: "Publish" }).click();
  await expect(page.getByText("Published.", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "View page" }).click();
  await expect(page.getByRole("paragraph").filter({ hasText: "Who we are" })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Text" })).toHaveCount(0);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the pages of admins fit", async ({ page }) => {
    await signIn(page, "admin");
    for (const path of ["/admin/people", "/admin/invitations", "/admin/tutor-applications", "/admin/site", "/admin/audit", "/admin/operations"]) {
      await page.goto(path);
      await fits(page);
    }
  });
});

test("an admin saves a view of people, and merges two accounts of one person", { tag: "@once" }, async ({ page, browser }) => {
  const one = await (await browser.newContext(test.info().project.use)).newPage();
  const kept = await learner(one, "open-to-all");
  const two = await (await browser.newContext(test.info().project.use)).newPage();
  const closed = await learner(two, "how-to-trust-a-number");
  await signIn(page, "admin");
  await page.goto("/admin/people?role=tutor");
  await awake(page);
  await page.getByText("Save this view").click();
  const name = `Tutors ${Date.now().toString(36)}`;
  await page.getByLabel("Name of the view").fill(name);
  await page.getByRole("button", { name: "Save view" }).click();
  await expect(page.getByRole("link", { name })).toHaveAttribute("aria-current", "true");
  await accessible(page);
  await page.goto(`/admin/people?q=${encodeURIComponent(kept)}`);
  await page.locator("th a").first().click();
  await page.getByRole("link", { name: "Merge another account into this one" }).click();
  await page.getByLabel("Email or username of the other account").fill(closed);
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.getByRole("rowheader", { name: "Enrollments" })).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: /^Merge / }).click();
  await expect(page.getByText("The accounts are merged")).toBeVisible();
  await one.goto("/learn");
  await expect(one.getByText("How to trust a number").first()).toBeVisible();
  await two.goto("/learn");
  await expect(two).toHaveURL(/\/sign-in/);
  await one.context().close();
  await two.context().close();
});

test("an admin changes the text of a mail, and sees storage and retention", { tag: "@once" }, async ({ page, allowed }) => {
  allowed.push("status of 422");
  await signIn(page, "admin");
  await page.goto("/admin/site/mails?mail=tutor_approved");
  await awake(page);
  await accessible(page);
  await page.getByLabel("Text").fill("Welcome, {hello}");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("The text must have {link}").first()).toBeVisible();
  await page.getByLabel("Text").fill("{hello}, welcome to our team!\n\n{link}");
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.getByText("Nothing is saved yet")).toBeVisible();
  await expect(page.getByText("Hello Asha Rao, welcome to our team!").first()).toBeVisible();
  await awake(page);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("link", { name: "Approval of a tutor (changed)" })).toBeVisible();
  await accessible(page);
  await awake(page);
  await page.getByRole("button", { name: "Back to the built-in text" }).click();
  await expect(page.getByRole("link", { name: "Approval of a tutor", exact: true })).toBeVisible();
  await page.goto("/admin/operations/storage");
  await expect(page.getByRole("heading", { name: "Files by kind" })).toBeVisible();
  await accessible(page);
  await page.goto("/admin/audit");
  await awake(page);
  await page.getByText("How long entries are kept").click();
  await page.getByLabel("Keep entries").selectOption({ label: "10 years" });
  await accessible(page);
});
