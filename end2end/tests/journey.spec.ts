// The main journey: a stranger signs up, finds a course, enrolls, reads, and returns to the place
// where they stopped.
import { awake, expect, learner, signUp, test } from "./site";

const DEMO = "how-to-trust-a-number";
// The same course without gates.
const OPEN = "open-to-all";

test("a stranger finds a course, reads it, and comes back to where they stopped", async ({ page, isMobile }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Answer first. Then read the room." })).toBeVisible();
  await signUp(page);
  await page.goto("/courses");
  await awake(page);
  await page.getByRole("searchbox", { name: "Search courses" }).fill("trsut nmber");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").first()).toContainText("Showing courses for “trust number”");
  await page.getByRole("link", { name: "How to trust a number" }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: "How to trust a number" })).toBeVisible();
  await page.getByRole("button", { name: "Enroll" }).click();
  await expect(page).toHaveURL(new RegExp(`/learn/${DEMO}/`));
  await awake(page);

  const heading = page.locator("#ly-content h2[id]").nth(1);
  const text = (await heading.evaluate((element) => element.firstChild!.textContent))!.trim();
  const saved = page.waitForRequest((request) => request.url().includes("save_place") && (request.postData() ?? "").includes("anchor="));
  await heading.evaluate((element) => window.scrollTo(0, element.getBoundingClientRect().top + scrollY - 100));
  await saved;
  // The place is sent while the page is left, so the next page may be loaded before it is saved.
  await expect(async () => {
    await page.goto("/learn");
    await expect(page.getByText(`you left off at “${text}”`)).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 20_000 });
  await page.getByRole("link", { name: "Continue reading" }).click();
  await expect(page.locator("#ly-content h2[id]").nth(1)).toBeInViewport();

  await awake(page);
  const next = page.getByRole("navigation", { name: "Topics" }).getByRole("link", { name: /Next/ });
  const title = await next.locator("b").textContent();
  const here = page.url();
  await expect(page.getByText(`Next: ${title}`)).toBeVisible();
  await page.getByRole("button", { name: "Mark done and continue" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(title!);
  await page.goto(here);
  await page.getByRole("link", { name: "Continue", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(title!);
  await page.reload();
  if (isMobile) await page.getByRole("button", { name: "Outline" }).click();
  await expect(page.locator(".outline li.done")).toHaveCount(1);
});

test("the narration is switched and remembered", { tag: "@once" }, async ({ page }) => {
  await learner(page, OPEN);
  await page.goto(`/learn/${OPEN}/what-averages-hide`);
  await awake(page);
  const told = page.locator("#ly-content p").first();
  await expect(told).toContainText("boatyard");
  await page.getByRole("group", { name: "Told as" }).getByRole("button", { name: "Cooking" }).click();
  await expect(told).toContainText("restaurant");
  await page.reload();
  await expect(told).toContainText("restaurant");
  await expect(page.getByRole("button", { name: "Cooking" })).toHaveAttribute("aria-pressed", "true");
});

test("a course is searched from within, typing errors included", async ({ page, isMobile }) => {
  await learner(page, OPEN);
  await page.goto(`/learn/${OPEN}`);
  await awake(page);
  if (isMobile) await page.getByRole("button", { name: "Outline" }).click();
  const search = page.getByRole("searchbox", { name: "Search this course" });
  await search.fill("regresion");
  await search.press("Enter");
  await expect(page.locator(".hits li").first()).toContainText(/regression/i);
});

test("the keyboard moves through a course", { tag: "@once" }, async ({ page }) => {
  await learner(page, DEMO);
  await page.goto(`/learn/${DEMO}`);
  await awake(page);
  const first = await page.getByRole("heading", { level: 1 }).textContent();
  await page.keyboard.press("j");
  await expect(page.getByRole("heading", { level: 1 })).not.toHaveText(first!);
  await page.keyboard.press("k");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(first!);
  await page.keyboard.press("f");
  await expect(page.getByRole("searchbox", { name: "Search this course" })).toBeFocused();
  await page.keyboard.press("Escape");
  await page.locator("h1").click();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the same journey works with forms and links alone", async ({ page }) => {
    await signUp(page);
    await page.goto("/courses?q=trsut");
    await page.getByRole("link", { name: "How to trust a number" }).first().click();
    await page.getByRole("button", { name: "Enroll" }).click();
    await expect(page).toHaveURL(new RegExp(`/learn/${DEMO}/`));
    await page.goto(`/courses/${OPEN}`);
    await page.getByRole("button", { name: "Enroll" }).click();
    await expect(page).toHaveURL(new RegExp(`/learn/${OPEN}/`));
    await page.goto(`/learn/${OPEN}/what-averages-hide`);
    const first = page.url();
    await page.getByRole("button", { name: "Cooking" }).click();
    await expect(page.getByRole("button", { name: "Cooking" })).toHaveAttribute("aria-pressed", "true");
    await page.getByRole("button", { name: "Mark done and continue" }).click();
    await expect(page).not.toHaveURL(first);
    const second = page.url();
    await page.goto(first);
    await page.getByRole("button", { name: "Mark as not done" }).click();
    await expect(page.getByRole("button", { name: "Mark done and continue" })).toBeVisible();
    await page.getByRole("navigation", { name: "Topics" }).getByRole("link", { name: /Next/ }).click();
    await expect(page).toHaveURL(second);
    expect(second).not.toBe(first);
    await page.goto("/learn");
    await page.getByRole("link", { name: /Continue reading|Start reading/ }).click();
    await expect(page).toHaveURL(second);
    await page.goto(`/courses/${OPEN}`);
    await page.getByText("Leave course").click();
    await page.getByRole("button", { name: "Leave this course" }).click();
    await expect(page.getByText("You have left this course.")).toBeVisible();
  });
});
