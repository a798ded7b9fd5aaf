// The activity of learners in the player, on the tutor's roster and on the learner's own page.
import { accessible, awake, expect, fits, learner, signIn, test } from "./site";

const DEMO = "how-to-trust-a-number";
const COURSE = "open-to-all";

test("tutors see each learner with a status and its reason, and open the timeline", async ({ page }) => {
  await signIn(page, "tutor");
  await page.goto(`/teach/${DEMO}`);
  await awake(page);
  await page.getByRole("link", { name: "Activity", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Activity", level: 1 })).toBeVisible();
  await expect(page.locator(".activity-reason").first()).toBeVisible();
  await accessible(page);
  // Which statuses there are depends on the tests before; the first link shows all of them.
  const chip = page.getByRole("group", { name: "Status" }).getByRole("link").nth(1);
  const status = (await chip.textContent())!.replace(/ \(.*/, "").trim();
  await chip.click();
  await expect(chip).toHaveAttribute("aria-current", "true");
  await expect(page.locator("tbody tr").first()).toContainText(status);
  await page.goto(`/teach/${DEMO}/activity?q=nikhil`);
  await awake(page);
  await page.getByRole("link", { name: "Timeline of Nikhil Rao" }).click();
  await expect(page.getByRole("heading", { name: "Timeline", level: 1 })).toBeVisible();
  await expect(page.locator(".activity-day li").first()).toBeVisible();
  await accessible(page);
});

test("what a learner does is on their own page", async ({ page }) => {
  await learner(page, COURSE);
  const reported = page.waitForResponse((answer) => answer.url().includes("report_activity"));
  await page.goto(`/learn/${COURSE}/what-averages-hide`);
  await awake(page);
  expect((await reported).status()).toBe(200);
  await page.goto(`/learn/${COURSE}/activity/mine`);
  await awake(page);
  await expect(page.getByRole("heading", { name: "Your activity", level: 1 })).toBeVisible();
  await expect(page.getByText("Opened a topic").first()).toBeVisible();
  // Each bar of the chart takes the focus and tells its value.
  await expect(page.getByRole("img", { name: /^Week of .*: \d/ })).toHaveCount(12);
  await expect(page.getByRole("table", { name: "Your weeks" })).toBeVisible();
  await accessible(page);
});

test("events wait while there is no connection", { tag: "@once" }, async ({ page, allowed }) => {
  allowed.push("Failed to load resource");
  await learner(page, COURSE);
  await page.route("**/report_activity", (route) => route.abort());
  await page.goto(`/learn/${COURSE}/what-averages-hide`);
  await awake(page);
  const waiting = () => page.evaluate(() => Object.keys(localStorage)
    .filter((key) => key.startsWith("lyceum-activity-"))
    .map((key) => localStorage.getItem(key) ?? "")
    .join(" ").split(" ").filter(Boolean).length);
  await expect.poll(waiting).toBeGreaterThan(0);
  await page.unroute("**/report_activity");
  await page.reload();
  await expect.poll(waiting, { timeout: 15_000 }).toBe(0);
});

test("figures of a course, of its cohort and for its members", async ({ page, browser }) => {
  const { baseURL, viewport } = test.info().project.use;
  const context = await browser.newContext({ baseURL, viewport });
  const member = await context.newPage();
  await signIn(member, "sofia");
  await member.goto(`/learn/${DEMO}/cohort`);
  await awake(member);
  const title = (await member.getByRole("heading", { level: 1 }).textContent())!;
  await member.getByRole("link", { name: "Progress of the cohort" }).click();
  await expect(member.getByText(/^You have completed \d+% of the topics/)).toBeVisible();
  await accessible(member);
  await context.close();

  await signIn(page, "tutor");
  await page.goto(`/teach/${DEMO}/activity`);
  await awake(page);
  await page.getByRole("link", { name: "Figures of the course" }).click();
  await expect(page.getByRole("heading", { name: "Figures", level: 1 })).toBeVisible();
  await expect(page.getByRole("heading", { name: "What stands out" })).toBeVisible();
  await expect(page.getByRole("img", { name: /^Week of .*: \d+ active learner/ })).toHaveCount(12);
  await accessible(page);
  const cohort = page.getByRole("group", { name: "Cohort" }).getByRole("link", { name: title });
  await cohort.click();
  await expect(cohort).toHaveAttribute("aria-current", "true");
  await expect(page.getByRole("heading", { name: "Progress by week" })).toBeVisible();
  await expect(page.getByRole("img", { name: /^Week 1: \d+% done/ })).toBeVisible();
  await accessible(page);
});

test("members join the leaderboard of their cohort and leave it", { tag: "@once" }, async ({ page }) => {
  await signIn(page, "lena");
  await page.goto(`/learn/${DEMO}/cohort/progress`);
  await awake(page);
  await expect(page.getByRole("table", { name: "Members of the leaderboard" })).toHaveCount(0);
  await page.getByRole("button", { name: "Join the leaderboard" }).click();
  await expect(page.getByRole("row", { name: /\(you\)/ })).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: "Leave the leaderboard" }).click();
  await expect(page.getByRole("button", { name: "Join the leaderboard" })).toBeVisible();
});

test("a course sets its own limits of statuses", { tag: "@once" }, async ({ page, allowed }) => {
  allowed.push("status of 422");
  await signIn(page, "admin");
  await page.goto(`/teach/${COURSE}/activity`);
  await awake(page);
  await page.getByText("When a learner is drifting, gone, or in friction").click();
  const gone = page.getByLabel("Gone after this many days");
  await gone.fill("1");
  await page.getByRole("button", { name: "Save limits" }).click();
  await expect(page.getByText("A learner cannot be gone before they drift.").first()).toBeVisible();
  await gone.fill("9");
  await page.getByRole("button", { name: "Save limits" }).click();
  await expect(page.getByText("Saved. The list above follows the new limits.")).toBeVisible();
  await page.reload();
  await expect(gone).toHaveValue("9");
  await accessible(page);
});

test("a roster that is open shows what a learner does", { tag: "@once" }, async ({ page, browser }) => {
  await signIn(page, "admin");
  const context = await browser.newContext({ baseURL: test.info().project.use.baseURL });
  const other = await context.newPage();
  const address = await learner(other, COURSE);
  await page.goto(`/teach/${COURSE}/activity?q=${encodeURIComponent(address)}`);
  await awake(page);
  await expect(page.getByText("Enrolled lately and has not begun.")).toBeVisible();
  await other.goto(`/learn/${COURSE}/what-averages-hide`);
  await awake(other);
  await expect(page.getByText("Only read in the last three days.")).toBeVisible({ timeout: 30_000 });
  await context.close();
});

test("admins see the courses of each month", async ({ page }) => {
  await signIn(page, "admin");
  await page.goto("/admin/people");
  await awake(page);
  await page.getByRole("link", { name: "Figures", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Figures", level: 1 })).toBeVisible();
  await expect(page.getByRole("img", { name: /active learners$/ })).toHaveCount(12);
  await accessible(page);
  await page.getByRole("link", { name: "Month before" }).click();
  await expect(page.getByRole("link", { name: "Next month" })).toBeVisible();
});

test("a tutor asks about the course, and gets a draft", async ({ page }) => {
  await signIn(page, "tutor");
  await page.goto(`/teach/${DEMO}/insights`);
  await awake(page);
  await page.getByRole("link", { name: "Who needs me this week, and why?" }).click();
  const answer = page.locator(".insight-answer");
  await expect(answer.getByRole("heading", { name: "Who needs me this week, and why?" })).toBeVisible();
  await accessible(page);
  await answer.getByRole("link", { name: /^Draft a message to / }).first().click();
  await expect(page.getByLabel("Subject")).not.toHaveValue("");
  await page.goto(`/teach/${DEMO}/insights`);
  await awake(page);
  await page.getByLabel("Question about this course").fill("where do they stop?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(answer.getByRole("heading", { name: "Where do learners stop?" })).toBeVisible();
});

test.describe("without JavaScript", { tag: "@once" }, () => {
  test.use({ javaScriptEnabled: false });

  test("a tutor saves a view of the roster and deletes it", async ({ page }) => {
    await signIn(page, "tutor");
    await page.goto(`/teach/${DEMO}/activity?status=gone&sort=seen`);
    await page.getByText("Save this view").click();
    await page.getByLabel("Name of the view").fill(" ");
    await page.getByRole("button", { name: "Save view" }).click();
    await expect(page.getByText("Enter a name for the view.").first()).toBeVisible();
    const name = `Long gone ${Date.now().toString(36)}`;
    await page.goto(`/teach/${DEMO}/activity?status=gone&sort=seen`);
    await page.getByText("Save this view").click();
    await page.getByLabel("Name of the view").fill(name);
    await page.getByRole("button", { name: "Save view" }).click();
    await page.goto(`/teach/${DEMO}/activity`);
    await page.getByRole("link", { name }).click();
    await expect(page).toHaveURL(/\?status=gone&sort=seen$/);
    await fits(page);
    await page.getByText("Save this view").click();
    await page.getByRole("button", { name: `Delete “${name}”` }).click();
    await expect(page.getByRole("link", { name })).toHaveCount(0);
  });
});
