// Helpers of all browser tests: a page whose console must stay silent, sign-up, and accessibility
// checks.
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test as base, type Page } from "@playwright/test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const MAIL = join(import.meta.dirname, "../../var/test/data/mail");
export const PASSWORD = "correct horse battery";
const NAME = "Asha Kulkarni";

// Reports that a file was preloaded long before it was used, as happens on a slow machine with a
// fast network.
const EARLY = /\/pkg\/\S+\.wasm was preloaded using link preload but not used within a few seconds/;

/** Test with `allowed`: parts of console messages that the test expects. */
export const test = base.extend<{ allowed: string[] }>({
  allowed: async ({}, use) => use([]),
  page: async ({ page, allowed }, use) => {
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(`page error: ${error.message}`));
    page.on("console", (message) => {
      const text = `${message.type()}: ${message.text()} (${message.location().url})`;
      if (["error", "warning"].includes(message.type()) && !EARLY.test(text) && !allowed.some((part) => text.includes(part))) {
        complaints.push(text);
      }
    });
    await use(page);
    expect(complaints, "the console stays empty").toEqual([]);
  },
});

export { expect };

/** Waits until the page is hydrated, which sets this attribute. */
export async function awake(page: Page) {
  await page.locator("html[data-awake]").waitFor({ state: "attached" });
}

/** Prevents hydration of pages loaded from now on, until the returned function is called. */
export async function holdBack(page: Page) {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  return release;
}

let made = 0;

/** Returns an address that no other test, project or worker uses. */
export function newAddress() {
  made += 1;
  return `learner-${process.pid}-${Date.now().toString(36)}-${made}@test.example`;
}

/** Waits for the newest mail to this address that contains the link, and returns the link. */
export async function linkMailedTo(address: string, path: string): Promise<string> {
  let link: string | undefined;
  await expect
    .poll(() => {
      for (const file of readdirSync(MAIL, { withFileTypes: true }).map((entry) => entry.name).sort().reverse()) {
        if (!file.endsWith(".eml")) continue;
        const mail = readFileSync(join(MAIL, file), "utf8").replaceAll("=\r\n", "").replaceAll("=3D", "=");
        if (mail.includes(address) && mail.includes(path)) {
          link = mail.slice(mail.indexOf(path)).split(/\s/)[0];
          return true;
        }
      }
      return false;
    }, { timeout: 20_000, message: `a mail to ${address} with ${path}` })
    .toBe(true);
  return link!;
}

/** Signs up through the pages and follows the link in the mail. */
export async function signUp(page: Page) {
  const address = newAddress();
  await page.goto("/sign-up");
  await page.getByLabel("Your name").fill(NAME);
  await page.getByLabel("Email").fill(address);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create an account" }).click();
  await expect(page.getByRole("heading", { name: "Check your email" })).toBeVisible();
  await page.goto(await linkMailedTo(address, "/confirm?token="));
  await page.getByRole("button", { name: "Confirm and start learning" }).click();
  await expect(page.getByRole("heading", { name: "Welcome, Asha" })).toBeVisible();
  return address;
}

/**
 * Sends a form to a server function in the page's session. Fails the test if the request is
 * refused.
 */
export async function send(page: Page, path: string, form: Record<string, string>) {
  const origin = test.info().project.use.baseURL!;
  const answer = await page.request.post(`/api/lyceum/${path}`, { form, headers: { origin } });
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
}

/** Creates a learner, signed in and enrolled in these courses, without loading any page. */
export async function learner(page: Page, ...courses: string[]) {
  const address = newAddress();
  await send(page, "platform/auth/api/sign_up", { name: NAME, email: address, password: PASSWORD });
  const link = await linkMailedTo(address, "/confirm?token=");
  await send(page, "platform/auth/api/confirm_email", { token: link.slice(link.indexOf("=") + 1) });
  for (const course of courses) await send(page, "enrollment/api/enroll", { course });
  return address;
}

/** Signs in one of the demo's accounts. */
export async function signIn(page: Page, name: "admin" | "learner" | "tutor" | "nikhil" | "sofia" | "tomas" | "kwame" | "lena") {
  await send(page, "platform/auth/api/sign_in", { email: `${name}@demo.example`, password: "demo lyceum demo" });
}

/**
 * Checks that the page has no accessibility violation in light and dark mode, and nothing wider
 * than the screen. Desktops check the width of a tablet too, phones the narrowest one.
 */
export async function accessible(page: Page) {
  await awake(page);
  await fits(page);
  const own = page.viewportSize()!;
  for (const width of own.width > 768 ? [own.width, 768] : [360]) {
    if (width !== own.width) {
      await page.setViewportSize({ ...own, width });
      await fits(page);
    }
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const axe = new AxeBuilder({ page });
      // In dark mode only colors differ, so only contrast is checked.
      if (colorScheme === "dark") axe.withRules("color-contrast");
      const { violations } = await axe.analyze();
      const said = violations.map((found) => `${found.id}: ${found.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`);
      expect(said, `${page.url()} in ${colorScheme} at ${width}`).toEqual([]);
    }
  }
  await page.setViewportSize(own);
}

/**
 * Checks that nothing is wider than the screen, and that nothing within the page scrolls up and
 * down. Only the page of a wide table scrolls sideways. For pages without JavaScript, on which axe
 * cannot run because it needs timers.
 */
export async function fits(page: Page) {
  const nested = await page.evaluate(() =>
    [...document.querySelectorAll("main .table-wrap, main .table-page, main table, main section")]
      .filter((part) => /auto|scroll/.test(getComputedStyle(part).overflowY) && part.scrollHeight > part.clientHeight + 1)
      .map((part) => part.className),
  );
  expect(nested, `parts of ${page.url()} that scroll up and down`).toEqual([]);
  if ((await page.locator(".table-page").count()) > 0) return;
  const wide = await page.evaluate(() => {
    if (document.documentElement.scrollWidth <= window.innerWidth) return [];
    return [...document.querySelectorAll("body *")]
      .filter((part) => part.getBoundingClientRect().right > window.innerWidth)
      .map((part) => `${part.tagName.toLowerCase()}.${part.className}`);
  });
  expect(wide, `parts of ${page.url()} that are wider than the screen`).toEqual([]);
}
