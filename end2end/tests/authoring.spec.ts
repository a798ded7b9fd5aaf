// Questions are written, previewed, asked and retired. A file is imported, with a report of
// questions that cannot be represented.
import type { Page } from "@playwright/test";
import { accessible, awake, expect, learner, signIn, test } from "./site";

const COURSE = "to-be-written";
const LIST = `/teach/${COURSE}/questions`;

async function signOut(page: Page) {
  await page.context().clearCookies();
}

/** Writes a single choice question about the topic and tries it in the preview before saving. */
async function write(page: Page, topic: string, prompt: string, isAwake: boolean) {
  await page.goto(LIST);
  await page.getByRole("link", { name: "Write a question" }).click();
  if (isAwake) await awake(page);
  await expect(page.getByRole("heading", { name: "Write a question" })).toBeVisible();
  await page.getByLabel("Topic").selectOption({ label: topic });
  await page.getByLabel("Question", { exact: true }).fill(prompt);
  await page.getByLabel("Option 1", { exact: true }).fill("It *floats*");
  await page.getByLabel("Option 2", { exact: true }).fill("It sinks");
  await page.getByRole("button", { name: "Save", exact: true }).last().click();
  await expect(page.getByText("Select at least one correct option.").first()).toBeVisible();
  if (isAwake) {
    await awake(page);
    await accessible(page);
  }
  await page.getByLabel("Option 1 is correct").check();
  await page.getByLabel("Explanation").fill("Wood is lighter than water.");
  await page.getByRole("button", { name: "Preview" }).click();
  const preview = page.getByRole("region", { name: "As learners see it" });
  await expect(preview.getByText(prompt)).toBeVisible();
  await preview.getByRole("radio", { name: "It floats" }).check();
  await preview.getByRole("button", { name: "Grade this answer" }).click();
  await expect(preview.getByText("Correct", { exact: true })).toBeVisible();
  await expect(preview.getByText("Wood is lighter than water.")).toBeVisible();
  if (isAwake) {
    await awake(page);
    await accessible(page);
  }
  await page.getByRole("button", { name: "Save", exact: true }).last().click();
  await expect(page.getByText("Question saved.")).toBeVisible();
  await expect(page.getByRole("link", { name: prompt })).toBeVisible();
}

/** Checks that a new learner is asked the question; answers it correctly. */
async function isAsked(page: Page, module: number, prompt: string) {
  await signOut(page);
  await learner(page, COURSE);
  await page.goto(`/learn/${COURSE}/quiz/${module}/1`);
  await page.getByRole("button", { name: "Start" }).click();
  await expect(page.locator(".quiz-prompt")).toContainText(prompt);
  await page.getByRole("radio", { name: "It floats" }).check();
  await page.getByRole("button", { name: "Review answers" }).last().click();
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.locator(".quiz-score")).toHaveText("100%");
}

/** Imports a file with two valid questions and one that cannot be represented. */
async function importFile(page: Page, topic: string, name: string) {
  await page.goto(LIST);
  await page.getByRole("link", { name: "Import" }).click();
  await page.getByLabel("Topic", { exact: true }).selectOption({ label: topic });
  await page.getByLabel("Use in").selectOption({ label: "Exam" });
  const content = `::${name} first:: What is ${name}'s capital? {=Paris ~Lyon}\n\n::${name} essay:: Write about it. {}\n\n::${name} sum:: Two and three? {#5}\n`;
  await page.getByLabel("File", { exact: true }).setInputFiles({ name: `${name}.gift`, mimeType: "text/plain", buffer: Buffer.from(content) });
  await page.getByRole("button", { name: "Import" }).click();
  await expect(page.getByText("2 added, 0 updated, 0 unchanged")).toBeVisible();
  await expect(page.getByRole("row", { name: new RegExp(`${name} essay`) })).toBeVisible();
}

test("an admin writes a question, learners are asked it, and it is retired", async ({ page }, { project }) => {
  const module = project.name === "phone" ? 3 : 1;
  const topic = `${module}.1 About ${project.name}`;
  const prompt = `What does wood do on a ${project.name}?`;
  await signIn(page, "admin");
  await write(page, topic, prompt, true);
  await awake(page);
  await accessible(page);
  await isAsked(page, module, prompt);

  await signOut(page);
  await signIn(page, "admin");
  await importFile(page, topic, `awake-${project.name}`);
  await awake(page);
  await accessible(page);
  await page.goto(`${LIST}?module=${module}`);
  await awake(page);
  await expect(page.getByText("exams only").first()).toBeVisible();
  const down = page.getByRole("button", { name: "Move down" }).and(page.locator(":enabled")).first();
  const second = page.getByRole("row", { name: /Two and three/ });
  await down.click();
  await expect(page).toHaveURL(/moved=down-/);
  await expect(page.getByRole("row", { name: /capital/ }).getByRole("button", { name: "Move down" })).toBeDisabled();
  await expect(second.getByRole("button", { name: "Move up" })).toBeDisabled();

  await page.getByRole("link", { name: prompt }).click();
  await awake(page);
  await expect(page.getByText("Based on one learner's first attempt.")).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: "Retire" }).click();
  await expect(page.getByText("The question is retired")).toBeVisible();
  await page.goto(`${LIST}?module=${module}`);
  await expect(page.getByRole("link", { name: prompt })).toHaveCount(0);

  await page.goto(`/teach/${COURSE}/settings`);
  await awake(page);
  await accessible(page);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("an admin writes a question and imports others", async ({ page }, { project }) => {
    const module = project.name === "phone" ? 4 : 2;
    const topic = `${module}.1 About ${project.name}-plain`;
    const prompt = `What does wood do, plainly, on a ${project.name}?`;
    await signIn(page, "admin");
    await write(page, topic, prompt, false);
    await importFile(page, topic, `plain-${project.name}`);
    await isAsked(page, module, prompt);
  });
});
