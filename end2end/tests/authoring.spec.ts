// Questions are written, previewed, asked and retired. A file is imported, with a report of
// questions that cannot be represented.
import type { Page } from "@playwright/test";
import { accessible, awake, expect, fits, learner, signIn, test } from "./site";

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
  await expect(page.getByRole("group", { name: "One thing to correct" })).toBeFocused();
  await page.getByRole("radio", { name: "Option 1 is correct" }).check();
  await page.getByLabel("Explanation").fill("Wood is lighter than water.");
  // Scripts show the preview by themselves.
  if (!isAwake) await page.getByRole("button", { name: "Update preview" }).click();
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
async function importFile(page: Page, topic: string, name: string, isAwake: boolean) {
  await page.goto(LIST);
  await page.getByRole("link", { name: "Import" }).click();
  await page.getByLabel("Topic", { exact: true }).selectOption({ label: topic });
  await page.getByLabel("Use in").selectOption({ label: "Exam" });
  const content = `::${name} first:: What is ${name}'s capital? {=Paris ~Lyon}\n\n::${name} essay:: Write about it. {}\n\n::${name} sum:: Two and three? {#5}\n`;
  await page.getByLabel("File", { exact: true }).setInputFiles({ name: `${name}.gift`, mimeType: "text/plain", buffer: Buffer.from(content) });
  await page.getByRole("button", { name: "Preview import" }).click();
  await expect(page.getByText("2 new, 0 changed, 0 unchanged, 0 kept as edited here, 1 left out.")).toBeVisible();
  await expect(page.getByRole("row", { name: new RegExp(`${name} essay`) })).toBeVisible();
  if (isAwake) {
    await awake(page);
    await accessible(page);
  }
  await page.getByRole("button", { name: "Import 2 questions" }).click();
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
  await importFile(page, topic, `awake-${project.name}`, true);
  await awake(page);
  await accessible(page);
  await page.goto(`${LIST}?module=${module}`);
  await awake(page);
  await expect(page.getByRole("heading", { name: topic })).toBeVisible();
  await accessible(page);
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

test("the form of a question follows its type, its rows and its text", async ({ page }) => {
  await signIn(page, "admin");
  await page.goto(`${LIST}/new`);
  await awake(page);
  await expect(page.getByRole("button", { name: "Change type" })).toBeHidden();
  await page.getByLabel("Question", { exact: true }).fill("Which *one* floats?");
  const option = (number: number) => page.getByRole("textbox", { name: `Option ${number}`, exact: true });
  for (const [number, text] of ["Wood", "Iron", "Lead", "Gold"].entries()) await option(number + 1).fill(text);
  await page.getByRole("radio", { name: "Option 1 is correct" }).check();
  const preview = page.getByRole("region", { name: "As learners see it" });
  await expect(preview.locator("em", { hasText: "one" })).toBeVisible();
  await expect(preview.getByRole("radio", { name: "Wood" })).toBeVisible();

  // Rows are added, moved and removed by keyboard, and the focus goes along.
  await page.getByRole("button", { name: "Add option" }).press("Enter");
  await expect(option(5)).toBeFocused();
  await page.keyboard.type("Cork");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Move option 5 up" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Move option 4 up" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(option(3)).toHaveValue("Cork");
  await page.getByRole("button", { name: "Remove option 2" }).press("Enter");
  await expect(option(2)).toBeFocused();
  await expect(option(2)).toHaveValue("Cork");
  await expect(preview.getByRole("radio")).toHaveCount(4);
  await expect(preview.getByText("Iron")).toHaveCount(0);

  // Another type keeps what was typed.
  const type = page.getByLabel("Type", { exact: true });
  await type.selectOption({ label: "Multiple choice (several answers)" });
  await expect(page.getByRole("checkbox", { name: "Option 1 is correct" })).toBeChecked();
  await page.getByRole("checkbox", { name: "Option 2 is correct" }).check();
  await type.selectOption({ label: "Short answer" });
  await expect(option(1)).toBeHidden();
  await page.getByLabel("Accepted answers").fill("wood");
  await expect(preview.getByRole("textbox", { name: "Your answer" })).toBeVisible();
  await type.selectOption({ label: "Matching" });
  await page.getByLabel("Right side of pair 1").fill("floats");
  await type.selectOption({ label: "Multiple choice (several answers)" });
  await expect(option(2)).toHaveValue("Cork");
  await expect(page.getByRole("checkbox", { name: "Option 2 is correct" })).toBeChecked();

  // A trial answer is graded in place, also with the Enter key.
  await preview.getByRole("checkbox", { name: "Wood" }).check();
  await preview.getByRole("checkbox", { name: "Cork" }).check();
  await preview.getByRole("button", { name: "Grade this answer" }).press("Enter");
  await expect(preview.getByText("Correct", { exact: true })).toBeVisible();
  await expect(preview.getByRole("button", { name: "Grade this answer" })).toBeFocused();
  await accessible(page);

  // All problems are told at once, and their lines lead to the fields.
  await page.getByLabel("Question", { exact: true }).fill("");
  await page.getByRole("button", { name: "Save", exact: true }).last().click();
  await expect(page.getByRole("group", { name: "2 things to correct" })).toBeFocused();
  await awake(page);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Topic: Choose a topic." })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Topic")).toBeFocused();
  await page.getByRole("link", { name: "Question: Enter the question text." }).press("Enter");
  await expect(page.getByLabel("Question", { exact: true })).toBeFocused();
  await expect(page.getByRole("checkbox", { name: "Option 2 is correct" })).toBeChecked();
  await accessible(page);
});

test("several questions are changed at once, and the change is undone", async ({ page }, { project }) => {
  const module = project.name === "phone" ? 6 : 5;
  const topic = `${module}.1 About ${project.name}-several`;
  const name = `several-${project.name}`;
  await signIn(page, "admin");
  await importFile(page, topic, name, true);
  await page.goto(`${LIST}?q=${name}`);
  await awake(page);
  const bar = page.getByRole("group", { name: "Change the selected questions" });
  await expect(bar).toBeHidden();
  const first = page.getByRole("checkbox", { name: `Select: What is ${name}` });
  await first.press("Space");
  await expect(bar.getByText("1 selected")).toBeVisible();
  await first.press("Space");
  await expect(bar).toBeHidden();
  const all = page.getByRole("checkbox", { name: `Select all of ${topic}` });
  await all.press("Space");
  await expect(first).toBeChecked();
  await accessible(page);
  await bar.getByRole("combobox", { name: "New use" }).selectOption({ label: "Quiz and exam" });
  await bar.getByRole("button", { name: "Change" }).press("Enter");
  await expect(page.getByText("1 question is now used in: Quiz and exam.")).toBeVisible();
  await awake(page);
  const undo = page.getByRole("button", { name: "Undo" });
  await expect(undo).toBeFocused();
  await undo.press("Enter");
  await expect(page.getByText("1 question is as before.")).toBeVisible();
  await awake(page);
  await first.check();
  await bar.getByRole("button", { name: "Retire" }).press("Enter");
  await expect(page.getByText("1 question is retired")).toBeVisible();
  await expect(first).toHaveCount(0);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("an admin writes a question and imports others", async ({ page }, { project }) => {
    const module = project.name === "phone" ? 4 : 2;
    const topic = `${module}.1 About ${project.name}-plain`;
    const prompt = `What does wood do, plainly, on a ${project.name}?`;
    await signIn(page, "admin");
    await write(page, topic, prompt, false);
    await importFile(page, topic, `plain-${project.name}`, false);
    await isAsked(page, module, prompt);
  });

  test("rows and types change by reloading, with the focus at the change", async ({ page }) => {
    await signIn(page, "admin");
    await page.goto(`${LIST}/new`);
    await page.getByRole("textbox", { name: "Option 1", exact: true }).fill("First");
    await page.getByRole("button", { name: "Add option" }).click();
    await expect(page.getByRole("textbox", { name: "Option 5", exact: true })).toBeFocused();
    await page.getByRole("button", { name: "Move option 1 down" }).click();
    await expect(page.getByRole("textbox", { name: "Option 2", exact: true })).toHaveValue("First");
    await expect(page.getByRole("button", { name: "Move option 2 down" })).toBeFocused();
    await page.getByLabel("Type", { exact: true }).selectOption({ label: "Short answer" });
    await page.getByRole("button", { name: "Change type" }).click();
    await page.getByLabel("Accepted answers").fill("Second");
    await page.getByLabel("Type", { exact: true }).selectOption({ label: "Ordering" });
    await page.getByRole("button", { name: "Change type" }).click();
    await expect(page.getByRole("textbox", { name: "Item 2", exact: true })).toHaveValue("First");
    await expect(page.locator("#ly-accepted")).toHaveValue("Second");
    await fits(page);
  });
});
