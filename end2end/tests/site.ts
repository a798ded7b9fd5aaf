// What every browser test stands on: a page that must not complain, accounts made as people make them, and axe.
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test as base, type Page } from "@playwright/test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const MAIL = join(import.meta.dirname, "../../var/test/data/mail");
export const PASSWORD = "correct horse battery";

// That a part of the program came long before it was needed: so it is where the machine is slow and the network is not.
const EARLY = /\/pkg\/\S+\.wasm was preloaded using link preload but not used within a few seconds/;

/** Complaints that a test expects, by what they contain. */
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

/** Waits until WASM has taken the page over: only then does the document carry the mark. */
export async function awake(page: Page) {
  await page.locator("html[data-awake]").waitFor({ state: "attached" });
}

/** From the next loading on pages stay asleep, until what this returns is called. */
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

/** An address that no other test, project or worker uses. */
export function newAddress(name = "learner") {
  made += 1;
  return `${name}-${process.pid}-${Date.now().toString(36)}-${made}@test.example`;
}

/** The newest mail to this address that has this link, as soon as it is written. */
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

/** Signs up as a stranger does and follows the mail. */
export async function signUp(page: Page, address = newAddress(), name = "Asha Kulkarni") {
  await page.goto("/sign-up");
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("E-mail").fill(address);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Make an account" }).click();
  await expect(page.getByRole("heading", { name: "Check your mail" })).toBeVisible();
  await page.goto(await linkMailedTo(address, "/confirm?token="));
  await page.getByRole("button", { name: "Confirm and start learning" }).click();
  await expect(page.getByRole("heading", { name: "Welcome, Asha" })).toBeVisible();
  return address;
}

export async function enrol(page: Page, slug: string) {
  await page.goto(`/courses/${slug}`);
  await page.getByRole("button", { name: "Enrol" }).click();
  await expect(page).toHaveURL(new RegExp(`/learn/${slug}/`));
}

/** Nothing serious on this page, in light and in dark, and nothing wider than the screen. */
export async function accessible(page: Page) {
  await awake(page);
  await fits(page);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations.filter((found) => found.impact === "serious" || found.impact === "critical");
    const said = serious.map((found) => `${found.id}: ${found.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`);
    expect(said, `${page.url()} in ${colorScheme}`).toEqual([]);
  }
}

/** Nothing is wider than the screen. (All that can be asked of a page without JavaScript: axe needs timers.) */
export async function fits(page: Page) {
  const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  expect(wide, `the width of ${page.url()}`).toBeLessThanOrEqual(screen);
}
