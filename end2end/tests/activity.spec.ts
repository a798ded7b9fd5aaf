// The activity of learners in the player, on the tutor's roster and on the learner's own page.
import { accessible, awake, expect, learner, signIn, test } from "./site";

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
