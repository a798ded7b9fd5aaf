// Cohorts: a tutor makes one, uploads a list and changes members; a member sees the home and hands
// in work; with and without JavaScript.
import type { Page } from "@playwright/test";
import { convertIcsCalendar } from "ts-ics";
import { accessible, awake, expect, fits, learner, signIn, test } from "./site";
import { DEMO } from "./room";

const COHORTS = `/teach/${DEMO}/cohorts`;

/** A title that no other test, project or worker uses. */
function newTitle() {
  return `Cohort ${process.pid}-${Date.now().toString(36)}`;
}

/** A day as a date field holds it, in days from today. */
function day(offset: number) {
  return new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
}

/** Makes a cohort through the form. Returns the address of its page. */
async function makeCohort(page: Page, starts: number) {
  const title = newTitle();
  await page.goto(`${COHORTS}/new`);
  await page.getByLabel("Title").fill(title);
  await page.getByLabel("First day").fill(day(starts));
  await page.getByLabel("Last day").fill(day(starts + 30));
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The cohort is saved.")).toBeVisible();
  return { title, address: new URL(page.url()).pathname };
}

async function uploadList(page: Page, address: string, text: string) {
  await page.goto(`${address}/list`);
  await page.getByLabel("File").setInputFiles({ name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.getByRole("heading", { name: "Preview of people.csv" })).toBeVisible();
}

async function confirmList(page: Page) {
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByRole("link", { name: "View members" })).toBeVisible();
}

test("a tutor makes a cohort, previews a list and confirms it", async ({ page }) => {
  await signIn(page, "tutor");
  const { title, address } = await makeCohort(page, -3);
  await accessible(page);
  const mark = Date.now().toString(36);
  const text = `\u{feff}email;name;batch\nada-${mark}@test.example;Ada;2\nbob-${mark}@test.example;=1+1;\nnobody;;\n`;
  await uploadList(page, address, text);
  await expect(page.getByText("2 added, 0 moved here, 0 already there, 1 left out")).toBeVisible();
  await expect(page.getByRole("cell", { name: "This is not an email address." })).toBeVisible();
  await expect(page.getByRole("cell", { name: "=1+1" })).toBeVisible();
  await accessible(page);
  await confirmList(page);
  await page.getByRole("link", { name: "View members" }).click();
  await expect(page.getByText("2 members")).toBeVisible();
  await accessible(page);
  // On a phone the rows stack, and the page is not wider than the window.
  const wide = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await expect(page.getByRole("row", { name: new RegExp(`ada-${mark}`) }).locator("[data-label=Progress]")).toBeVisible();
  if (wide) await page.setViewportSize(wide);
  // The same list again finds everybody there.
  await uploadList(page, address, text);
  await expect(page.getByText("0 added, 0 moved here, 2 already there, 1 left out")).toBeVisible();
  await page.goto(COHORTS);
  await expect(page.getByRole("row", { name: new RegExp(title) })).toContainText("In progress");
  await accessible(page);
});

test("members are selected and changed with the keyboard", { tag: "@once" }, async ({ page, allowed }) => {
  allowed.push("status of 422");
  await signIn(page, "tutor");
  const { address } = await makeCohort(page, -3);
  await awake(page);
  const email = `cyd-${Date.now().toString(36)}@test.example`;
  await page.getByText("Add a member").focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("Email").fill(email);
  await page.keyboard.press("Enter");
  await expect(page.getByText("The person is a member now.")).toBeVisible();
  await awake(page);
  await page.getByRole("checkbox", { name: `Select ${email}` }).focus();
  await page.keyboard.press("Space");
  await page.getByLabel("Change").selectOption("pause");
  await page.getByRole("button", { name: "Apply to selected" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText("1 member was paused.")).toBeVisible();
  await expect(page.getByRole("row", { name: new RegExp(email) })).toContainText("Paused");
  await page.getByRole("button", { name: "Apply to selected" }).click();
  await expect(page.getByText("Select members first.")).toBeVisible();
  const all = page.getByRole("checkbox", { name: "Select the member on this page" });
  await all.check();
  await expect(page.getByRole("checkbox", { name: `Select ${email}` })).toBeChecked();
  await page.getByRole("checkbox", { name: `Select ${email}` }).uncheck();
  await expect(all).not.toBeChecked();
  await page.getByRole("link", { name: `Schedule of ${email}` }).click();
  await expect(page.getByRole("heading", { name: `For ${email}` })).toBeVisible();
  await expect(page.locator(`datalist option[value="${email}"]`)).toHaveCount(1);
  await page.goto(`${address}?status=removed`);
  await expect(page.getByText("No members found")).toBeVisible();
});

/** Saves the brief of the first batch's project. */
async function writeBrief(page: Page, address: string) {
  await page.goto(`${address}/projects?batch=1`);
  await page.getByLabel("Title").fill("Count the trees");
  await page.getByLabel("Description").fill("Of **one** street.");
  // The page is loaded again, and says the same before and after.
  const loaded = page.waitForEvent("load");
  await page.getByRole("button", { name: "Save" }).click();
  await loaded;
  await expect(page.getByText("0 of 1 member handed in")).toBeVisible();
}

/** Hands in work on the cohort's home, which is open. */
async function handIn(pupil: Page) {
  await pupil.getByLabel("Text").fill("Forty-two.");
  await pupil.getByRole("button", { name: "Hand in" }).click();
  await expect(pupil.getByText("Your work is handed in.")).toBeVisible();
}

/** Comments on the work. Its member reads that. */
async function comment(page: Page, pupil: Page, address: string) {
  await page.goto(`${address}/projects?batch=1`);
  await expect(page.getByText("Forty-two.")).toBeVisible();
  await page.getByText("Comment", { exact: true }).first().click();
  await page.getByLabel("Comment").fill("Which trees?");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("blockquote").getByText("Which trees?")).toBeVisible();
  await pupil.reload();
  await expect(pupil.getByText("Which trees?")).toBeVisible();
}

test("a member sees the home, hands in work and reads a comment", async ({ page, browser }) => {
  const other = await browser.newContext();
  const pupil = await other.newPage();
  const email = await learner(pupil);
  await signIn(page, "tutor");
  const { title, address } = await makeCohort(page, -3);
  await uploadList(page, address, `email\n${email}\n`);
  await confirmList(page);
  await page.goto(`${address}/announcements`);
  await page.getByLabel("Title").fill("Welcome");
  await page.getByLabel("Text").fill("Read the **first** topic.");
  await page.getByRole("button", { name: "Announce" }).click();
  await expect(page.getByRole("heading", { name: "Welcome" })).toBeVisible();
  await accessible(page);
  await writeBrief(page, address);
  await accessible(page);

  await pupil.goto(`/learn/${DEMO}/cohort`);
  await expect(pupil.getByRole("heading", { name: title })).toBeVisible();
  await expect(pupil.getByRole("heading", { name: "Count the trees" })).toBeVisible();
  await accessible(pupil);
  await pupil.goto(`/learn/${DEMO}`);
  const brief = pupil.locator(".outline-project");
  await expect(brief).toContainText("Project: Count the trees");
  await pupil.goto((await brief.getByRole("link", { includeHidden: true }).getAttribute("href"))!);
  await expect(pupil.getByRole("heading", { name: "Count the trees" })).toBeInViewport();
  await handIn(pupil);
  await expect(pupil.getByRole("region", { name: "Lately" }).getByText("handed in work")).toBeVisible();
  await comment(page, pupil, address);
  await accessible(pupil);
  await other.close();
});

test("an ended cohort is read while the next one has not started", { tag: "@once" }, async ({ page, browser }) => {
  const other = await browser.newContext();
  const pupil = await other.newPage();
  const email = await learner(pupil);
  await signIn(page, "tutor");
  const [ended, next] = [await makeCohort(page, -40), await makeCohort(page, 5)];
  for (const { address } of [ended, next]) {
    await uploadList(page, address, `email\n${email}\n`);
    await confirmList(page);
  }
  await pupil.goto(`/learn/${DEMO}/cohort`);
  await expect(pupil.getByRole("heading", { name: ended.title })).toBeVisible();
  await expect(pupil.getByText("This cohort has ended.")).toBeVisible();
  await awake(pupil);
  await accessible(pupil);
  await pupil.getByRole("link", { name: `Your next cohort “${next.title}” starts on` }).click();
  await expect(pupil.getByRole("heading", { name: next.title })).toBeVisible();
  await expect(pupil.getByText("Your cohort starts on")).toBeVisible();
  await pupil.getByRole("link", { name: `Your earlier cohort “${ended.title}”` }).click();
  await expect(pupil.getByRole("heading", { name: ended.title })).toBeVisible();
  await other.close();
});

/** Opens the second module a week after the cohort's start. */
async function openSecondLater(page: Page, address: string) {
  await page.goto(`${address}/schedule`);
  const second = page.getByRole("group", { name: /^Module 2/ });
  await second.getByLabel("Opens").selectOption("after_start");
  await second.getByLabel("Days after the start").fill("7");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The schedule is saved.")).toBeVisible();
}

test("modules open by the schedule, and the home waits for the start", { tag: "@once" }, async ({ page, browser }) => {
  const other = await browser.newContext();
  const pupil = await other.newPage();
  const email = await learner(pupil);
  await signIn(page, "tutor");
  const { title, address } = await makeCohort(page, 5);
  await uploadList(page, address, `email\n${email}\n`);
  await confirmList(page);
  await openSecondLater(page, address);
  await accessible(page);
  await pupil.goto("/learn");
  await expect(pupil.getByRole("heading", { name: "Starting later" })).toBeVisible();
  await accessible(pupil);
  await pupil.goto(`/learn/${DEMO}`);
  await expect(pupil).toHaveURL(`/learn/${DEMO}/cohort`);
  await expect(pupil.getByText("Your cohort starts on")).toBeVisible();
  await expect(pupil.getByText(/^opens from /)).toBeVisible();
  await expect(pupil.getByRole("region", { name: "Dates" }).getByText("“What chance does” opens")).toBeVisible();
  await awake(pupil);
  const whole = await pupil.getByLabel("Address of your calendar").inputValue();
  expect(whole).toMatch(/^https?:\/\/.*\/cohort\.ics$/);
  const webcal = await pupil.getByRole("link", { name: "Add to calendar" }).getAttribute("href");
  expect(webcal).toBe(whole.replace(/^https?/, "webcal"));
  await pupil.getByRole("button", { name: "Copy" }).click();
  await expect(pupil.getByText(/^Copied\.$|^The text is selected\./)).toBeVisible();
  const feed = await pupil.getByRole("link", { name: "Calendar of your cohort" }).getAttribute("href");
  const calendar = await pupil.request.get(feed!);
  const { events = [] } = convertIcsCalendar(undefined, await calendar.text());
  const days = events.map(({ summary, start }) => `${summary}: ${start.date.toISOString().slice(0, 10)}`);
  const course = `${title} · How to trust a number`;
  expect(days).toContain(`${course} starts: ${day(5)}`);
  expect(days).toContain(`“What chance does” opens · ${course}: ${day(12)}`);
  await other.close();
});

/** The value of a field for a time in UTC, in minutes from now. */
function moment(minutes: number) {
  return new Date(Date.now() + minutes * 60_000).toISOString().slice(0, 16);
}

/** Marks the only member as late on the sheet, which is open. */
async function markLate(page: Page) {
  const mark = page.getByRole("combobox", { name: /^Attendance of/ });
  await mark.selectOption("late");
  await page.getByRole("button", { name: "Save the attendance" }).click();
  await expect(page.getByText("The attendance is saved.")).toBeVisible();
  await expect(mark).toHaveValue("late");
}

test("a tutor makes a live session, a member joins, and the sheet knows", async ({ page, browser, allowed }) => {
  allowed.push("status of 422");
  const other = await browser.newContext();
  const pupil = await other.newPage();
  const email = await learner(pupil);
  await signIn(page, "tutor");
  const { address } = await makeCohort(page, -3);
  await uploadList(page, address, `email\n${email}\n`);
  await confirmList(page);
  await page.goto(`${address}/sessions`);
  await accessible(page);
  const title = `Clinic ${Date.now().toString(36)}`;
  await page.getByLabel("Title").fill(title);
  await page.getByLabel("Start").fill(moment(120));
  await page.getByLabel("Link to join").fill("http://127.0.0.1/");
  await page.getByRole("button", { name: "Create" }).click();
  await expect(page.getByText("begins with https://").first()).toBeVisible();
  await expect(page.getByLabel("Title")).toHaveValue(title);
  await page.getByLabel("Link to join").fill("https://meet.test.example/room");
  await page.getByRole("button", { name: "Create" }).click();
  await expect(page.getByText("The sessions are in the members’ calendar.")).toBeVisible();
  await pupil.goto(`/learn/${DEMO}/cohort`);
  await expect(pupil.getByRole("heading", { name: title })).toBeVisible();
  await expect(pupil.getByText("The link to join appears here")).toBeVisible();
  expect(await pupil.content()).not.toContain("meet.test.example");
  await accessible(pupil);

  await page.getByRole("link", { name: title }).click();
  await page.getByText("Change, move or cancel").click();
  await page.getByLabel("Start").fill(moment(5));
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("The session is saved.")).toBeVisible();
  await accessible(page);
  await pupil.reload();
  expect(await pupil.content()).not.toContain("meet.test.example");
  const join = await pupil.getByRole("link", { name: `Join ${title}` }).getAttribute("href");
  const led = await pupil.request.get(join!, { maxRedirects: 0 });
  expect(led.headers().location).toBe("https://meet.test.example/room");

  await page.reload();
  await expect(page.getByRole("combobox", { name: /^Attendance of/ })).toHaveValue("present");
  await markLate(page);
  await other.close();
});

test("a batch has its own times of a cold call", { tag: "@once" }, async ({ page, allowed }) => {
  allowed.push("status of 422");
  await signIn(page, "tutor");
  const { address } = await makeCohort(page, -3);
  await page.goto(`${address}/schedule?for=batch-2`);
  await awake(page);
  await page.locator("summary", { hasText: "Cold calls" }).click();
  const first = page.getByRole("group", { name: /^1\. / }).last();
  await accessible(page);
  await first.getByLabel("Opens").fill("2098-05-02T10:00");
  await first.getByLabel("Closes").fill("2098-05-01T10:00");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Cold call 1: It must close after it opens.").first()).toBeVisible();
  await first.getByLabel("Closes").fill("2098-05-03T10:00");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The schedule is saved.")).toBeVisible();
  await expect(page.getByText("Open from 2 May 2098, 10:00 until 3 May 2098, 10:00.")).toBeVisible();
  await accessible(page);
});

test("an announcement is planned, published and read", async ({ page, browser, allowed }) => {
  allowed.push("status of 422");
  const other = await browser.newContext();
  const pupil = await other.newPage();
  const email = await learner(pupil);
  await signIn(page, "tutor");
  const { address } = await makeCohort(page, -3);
  await uploadList(page, address, `email\n${email}\n`);
  await confirmList(page);
  await page.goto(`${address}/announcements`);
  const fresh = page.getByRole("region", { name: "New announcement" });
  await fresh.getByLabel("Title").fill("Exam dates");
  await fresh.getByLabel("Text").fill("They are **out**.");
  await fresh.getByLabel("Publish at").fill(moment(-60));
  await fresh.getByRole("button", { name: "Announce" }).click();
  await expect(fresh.getByText("This time has passed").first()).toBeVisible();
  await fresh.getByLabel("Publish at").fill(moment(600));
  await fresh.getByRole("button", { name: "Announce" }).click();
  await expect(page.getByText("Scheduled")).toBeVisible();
  await accessible(page);
  await pupil.goto(`/learn/${DEMO}/cohort`);
  await expect(pupil.getByText("Nothing has been announced yet.")).toBeVisible();

  const article = page.getByRole("article").filter({ hasText: "Exam dates" });
  await article.getByText("Edit or delete").click();
  await article.getByLabel("Publish at").fill("");
  await article.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Read by 0 of 1 member")).toBeVisible();
  await pupil.reload();
  await expect(pupil.getByRole("heading", { name: "Exam dates" })).toBeVisible();
  await page.reload();
  await page.getByRole("link", { name: /^Read by 1 of 1 member/ }).click();
  await expect(page.getByText("Not read yet")).toBeVisible();
  await accessible(page);
  await other.close();
});

test("a tutor writes to the filtered list, and confirms the number", async ({ page, browser, allowed }) => {
  allowed.push("status of 422");
  const other = await browser.newContext();
  const pupil = await other.newPage();
  const email = await learner(pupil);
  await signIn(page, "tutor");
  const { address } = await makeCohort(page, -3);
  const stranger = `eve-${Date.now().toString(36)}@test.example`;
  await uploadList(page, address, `email;batch\n${email};2\n${stranger};1\n`);
  await confirmList(page);
  await page.goto(address);
  await page.getByRole("combobox", { name: "Batch of the members" }).selectOption("2");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page.getByText("1 member", { exact: true })).toBeVisible();
  await expect(page.getByText(stranger)).toBeHidden();
  await page.getByRole("link", { name: "Write to these members" }).click();
  await expect(page.getByText("To 1 member: all members of batch 2.")).toBeVisible();
  await accessible(page);
  await page.getByLabel("Subject").fill("Your number");
  await page.getByLabel("Message").fill("Which one is it?");
  await page.getByLabel("Number of receivers").fill("2");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("Type 1 to confirm.").first()).toBeVisible();
  await page.getByLabel("Number of receivers").fill("1");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("The message is sent.")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Your number" })).toBeVisible();
  await accessible(page);
  await pupil.goto("/notifications");
  await expect(pupil.getByText("Which one is it?")).toBeVisible();
  await pupil.goto(`/learn/${DEMO}/cohort`);
  await expect(pupil.getByRole("heading", { name: "Messages to you" })).toBeVisible();
  await expect(pupil.getByText("Which one is it?")).toBeVisible();
  await accessible(pupil);
  await other.close();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a cohort is made, filled and changed", { tag: "@once" }, async ({ page }) => {
    await signIn(page, "admin");
    const { address } = await makeCohort(page, -3);
    const email = `dan-${Date.now().toString(36)}@test.example`;
    await uploadList(page, address, `email\n${email}\n`);
    await confirmList(page);
    await page.getByRole("link", { name: "View members" }).click();
    await page.getByRole("checkbox", { name: "Select the member on this page" }).check();
    await page.getByLabel("Change").selectOption("pause");
    await page.getByRole("button", { name: "Apply to selected" }).click();
    await expect(page.getByText("1 member was paused.")).toBeVisible();
    await page.getByRole("checkbox", { name: `Select ${email}` }).check();
    await page.getByLabel("Change").selectOption("batch");
    await page.getByRole("button", { name: "Apply to selected" }).click();
    await expect(page.getByText("Enter the batch.").first()).toBeVisible();
    await page.getByRole("checkbox", { name: `Select ${email}` }).check();
    await page.getByLabel("Change").selectOption("batch");
    await page.getByRole("spinbutton", { name: "Batch" }).last().fill("4");
    await page.getByRole("button", { name: "Apply to selected" }).click();
    await expect(page.getByText("1 member was put into another batch.")).toBeVisible();
  });

  test("a series is made, a message is sent and an announcement is planned", { tag: "@once" }, async ({ page }) => {
    await signIn(page, "admin");
    const { address } = await makeCohort(page, -3);
    const email = `fay-${Date.now().toString(36)}@test.example`;
    await uploadList(page, address, `email\n${email}\n`);
    await confirmList(page);
    await page.goto(`${address}/sessions`);
    await page.getByLabel("Title").fill("Clinic");
    await page.getByLabel("Start").fill(moment(3 * 24 * 60));
    await page.getByLabel("Weekly sessions").fill("99");
    await page.getByRole("button", { name: "Create" }).click();
    await expect(page.getByText("Enter a number of sessions from 1 to 52.").first()).toBeVisible();
    await page.getByLabel("Weekly sessions").fill("3");
    await page.getByRole("button", { name: "Create" }).click();
    await expect(page.getByRole("link", { name: "Clinic" })).toHaveCount(3);

    await page.goto(`${address}/message`);
    await page.getByLabel("Subject").fill("Hello");
    await page.getByLabel("Message").fill("Welcome to the cohort.");
    await page.getByLabel("Number of receivers").fill("7");
    await page.getByRole("button", { name: "Send" }).click();
    await expect(page.getByText("Type 1 to confirm.").first()).toBeVisible();
    await expect(page.getByLabel("Message")).toHaveValue("Welcome to the cohort.");
    await page.getByLabel("Number of receivers").fill("1");
    await page.getByRole("button", { name: "Send" }).click();
    await expect(page.getByText("The message is sent.")).toBeVisible();

    await page.goto(`${address}/announcements`);
    await page.getByLabel("Title").fill("Later");
    await page.getByLabel("Publish at").fill(moment(600));
    await page.getByRole("button", { name: "Announce" }).click();
    await expect(page.getByText("Scheduled")).toBeVisible();
    await page.getByText("Edit or delete").click();
    await page.getByRole("button", { name: "Delete this announcement" }).click();
    await expect(page.getByText("Scheduled")).toHaveCount(0);
    await page.goto(`${address}/sessions`);
    await page.getByRole("link", { name: "Clinic" }).first().click();
    await page.getByText("Change, move or cancel").click();
    await page.getByRole("button", { name: "Cancel this session" }).click();
    await expect(page.getByText("The session is canceled.")).toBeVisible();
  });

  test("a brief, handed-in work, a schedule and attendance are saved", { tag: "@once" }, async ({ page, browser }) => {
    const other = await browser.newContext({ javaScriptEnabled: false });
    const pupil = await other.newPage();
    const email = await learner(pupil);
    await signIn(page, "tutor");
    const { address } = await makeCohort(page, -3);
    await uploadList(page, address, `email\n${email}\n`);
    await confirmList(page);
    await writeBrief(page, address);
    await pupil.goto(`/learn/${DEMO}/cohort`);
    await handIn(pupil);
    await comment(page, pupil, address);
    await fits(page);
    await openSecondLater(page, address);
    await page.goto(`${address}/sessions`);
    await page.getByLabel("Title").fill("Clinic");
    await page.getByLabel("Start").fill(moment(5));
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("link", { name: "Clinic" }).click();
    await markLate(page);
    await page.getByText("Change, move or cancel").click();
    await page.getByLabel("Start").fill(moment(90));
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByText("The session is saved.")).toBeVisible();
    await fits(page);
    await other.close();
  });
});
