// Every page hydrates without console messages, keeps text typed before hydration, and has no
// accessibility violations.
import { accessible, awake, expect, holdBack, learner, test } from "./site";

const OPEN = ["/", "/courses", "/courses?q=nothing-like-it", "/courses/how-to-trust-a-number", "/sign-in", "/sign-up", "/check-mail",
  "/confirm?token=x", "/forgot-password", "/reset-password?token=x", "/pages/about", "/ask", "/join/EVENINGS", "/verify", "/verify?text=0000-0000-0000"];
const DEMO = "/learn/how-to-trust-a-number";
const MINE = ["/learn", `${DEMO}/what-was-counted`, `${DEMO}/quiz/1/1`, `${DEMO}/exam/all`, `${DEMO}/what-was-counted/practice/depot-prize`,
  `${DEMO}/what-was-counted/exercise/front-page-friday`, "/certificates", "/settings", "/settings/devices"];

for (const path of OPEN) {
  test(`${path} is quiet, accessible, and keeps what was typed early`, async ({ page }) => {
    await quiet(page, path);
  });
}

test("the pages of a learner are quiet and accessible", async ({ page }) => {
  test.setTimeout(300_000);
  await learner(page, "how-to-trust-a-number");
  for (const path of MINE) await quiet(page, path);
});

test("the slash key searches the catalog", { tag: "@once" }, async ({ page }) => {
  for (const path of ["/", "/courses"]) {
    await page.goto(path);
    await awake(page);
    await page.keyboard.press("/");
    await page.keyboard.type("a/b");
    await expect(page.getByRole("searchbox", { name: "Search courses" })).toHaveValue("a/b");
  }
});

test.describe("pages that are not there", () => {
  test.use({ allowed: [["status of 404", "status of 403"], { scope: "test" }] as never });

  test("say so and help on", async ({ page }) => {
    for (const path of ["/no/such/page", "/courses/no-such-course", "/pages/no-such-page", "/certificates/0000-0000-0000"]) {
      const answer = await page.goto(path);
      expect(answer!.status()).toBe(404);
      await expect(page.getByRole("heading", { name: "This page isn’t here" })).toBeVisible();
      await expect(page.getByRole("link", { name: "Browse the courses" })).toBeVisible();
      await accessible(page);
    }
  });

  test("a course that one is not enrolled in is not open", { tag: "@once" }, async ({ page }) => {
    await learner(page);
    const answer = await page.goto("/learn/how-to-trust-a-number/what-was-counted");
    expect(answer!.status()).toBe(403);
    await expect(page.getByText("You are not enrolled in this course.")).toBeVisible();
  });
});

async function quiet(page: import("@playwright/test").Page, path: string) {
  const release = await holdBack(page);
  await page.goto(path, { waitUntil: "commit" });
  await page.locator("main").waitFor();
  await page.evaluate(() => {
    const nameless = () => document.title || document.documentElement.setAttribute("data-nameless", "");
    new MutationObserver(() => setTimeout(nameless)).observe(document.head, { childList: true, subtree: true, characterData: true });
  });
  const field = page.locator("main :is(input[type=text],input[type=email],input[type=search]):visible").first();
  const typed = (await field.count()) > 0;
  if (typed) await field.fill("typed early");
  release();
  await awake(page);
  if (typed) await expect(field).toHaveValue("typed early");
  expect(await page.locator("html[data-nameless]").count(), "the tab keeps its name").toBe(0);
  await accessible(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide, "nothing scrolls sideways").toBeLessThanOrEqual(0);
  await page.unroute("**/*.wasm");
}
