// Helpers for sitting the demo's exams.
import { expect, type Page } from "@playwright/test";
import { awake } from "./site";

export const DEMO = "how-to-trust-a-number";

/** Goes from the list of exams to the exam room; `site` is another server, if any. */
export async function enterRoom(page: Page, title: string, site = "") {
  await page.goto(`${site}/learn/${DEMO}/exam/all`);
  await page.getByRole("link", { name: title }).click();
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  await page.getByLabel("I am ready. The clock starts now and does not stop.").check();
  await page.getByRole("button", { name: "Start exam" }).click();
  await page.locator(".exam-room").waitFor();
  await page.waitForLoadState("domcontentloaded");
}

/** Returns the form of the question that is shown. */
export function shown(page: Page) {
  return page.locator(".exam-question:visible form.quiz-form");
}

/** Answers the shown question completely, but arbitrarily. Other `words` make another answer. */
export async function answer(page: Page, words = "7") {
  const form = shown(page);
  const selects = form.locator("select");
  if ((await selects.count()) > 0) {
    for (let at = 0; at < (await selects.count()); at++) await selects.nth(at).selectOption({ index: at + 1 });
  } else if ((await form.locator("textarea").count()) > 0) {
    await form.locator("[value=yes]").check();
    await form.locator("textarea").fill(words);
  } else if ((await form.locator("input[type=text]").count()) > 0) {
    await form.locator("input[type=text]").fill(words);
  } else {
    await form.locator(".quiz-option input").first().check();
  }
}

/** Returns the answer in the form of question `number`, from 0. */
export async function given(page: Page, number: number) {
  return page.locator(`#ly-q${number}`).evaluate((form: HTMLFormElement) => {
    const fields = [...new FormData(form)].filter(([name]) => name.startsWith("given"));
    return JSON.stringify(fields);
  });
}

export async function saved(page: Page) {
  await expect(page.locator("#ly-kept")).toHaveText("Saved", { timeout: 40_000 });
}

/** Moves to a question by its number from 1, or to the end. */
export async function go(page: Page, to: string) {
  await page.locator(`.quiz-jumps [data-go='${to}']`).click();
}

/** Returns the seconds left on the clock. */
export async function secondsLeft(page: Page) {
  const [minutes, seconds] = (await page.getByRole("timer").innerText()).match(/\d+/g)!.map(Number);
  return minutes * 60 + seconds;
}

export { awake };
