// Documents: files become nuggets that are found and edited, a page of the web is refused with a
// sentence, and a course is made of a document. Also without JavaScript.
import type { Page } from "@playwright/test";
import { accessible, awake, expect, fits, signIn, test } from "./site";

/** Text that no other run has, because the same content makes nothing new. */
function averages(name: string) {
  return `# ${name}\n\n## The mean\n\nThe **mean** is the sum of all values divided by their count. `
    + `Everybody who has shared a bill knows it, and in ${name} it is explained first. One very large value moves it far, and many small ones hardly at all.\n\n`
    + "## The median\n\nThe **median** is the value in the middle of a sorted list. It stays where it is when the largest "
    + `value grows. It needs no sum, unlike the mean. People who report incomes use it for that reason in ${name}.\n\n`
    + "1. Sort the values\n2. Cross out both ends\n3. Take the middle\n";
}

function unique() {
  return `averages-${Date.now()}-${Math.floor(Math.random() * 1e6)}`;
}

async function addFile(page: Page, name: string) {
  await page.goto("/documents");
  await page.getByLabel("Files", { exact: true }).setInputFiles({
    name: `${name}.md`,
    mimeType: "text/markdown",
    buffer: Buffer.from(averages(name)),
  });
  await page.getByRole("button", { name: "Add files" }).click();
  await expect(page.getByText("1 file is being read.")).toBeVisible();
}

test("a file becomes nuggets, and a course", async ({ page, allowed }) => {
  allowed.push("status of 422");
  const name = unique();
  await signIn(page, "admin");
  await page.goto("/documents");
  await awake(page);
  await accessible(page);
  await addFile(page, name);
  // The page looks again by itself until the file is read.
  await page.getByRole("region", { name: "All documents" }).getByRole("link", { name }).click({ timeout: 30_000 });
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
  await awake(page);
  await accessible(page);
  await expect(page.getByText("Text of part 1 of 1")).toBeVisible();

  await page.getByRole("region", { name: /^Nuggets/ }).getByRole("link", { name: "The median" }).click();
  await expect(page.getByRole("heading", { name: "The median", level: 1 })).toBeVisible();
  await awake(page);
  await accessible(page);
  await page.getByText("Edit", { exact: true }).click();
  await page.getByLabel("Difficulty").fill("11");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Enter a number from 1 to 10.").first()).toBeVisible();
  await page.getByLabel("Difficulty").fill("4");
  await page.getByLabel("Title").fill(`The median of ${name}`);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved. The text before is kept below.")).toBeVisible();
  await page.goto(`/nuggets?q=${encodeURIComponent(`"${name}"`)}`);
  await accessible(page);
  await page.getByRole("link", { name, exact: true }).first().click();
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
  await awake(page);

  await page.getByText("Make a course of this document").click();
  await page.getByLabel("Name in addresses").fill(name);
  await page.getByRole("button", { name: "Make course" }).click();
  await expect(page).toHaveURL(`/teach/${name}/outline`);
  await expect(page.getByText("This course is a draft.")).toBeVisible();
  await expect(page.getByText("The median").first()).toBeVisible();
});

test("what can't be read is said in a sentence", async ({ page, allowed }) => {
  allowed.push("status of 422");
  await signIn(page, "admin");
  await page.goto("/documents");
  await awake(page);
  await page.getByLabel("Files", { exact: true }).setInputFiles({
    name: "report.docx",
    mimeType: "application/octet-stream",
    buffer: Buffer.from("MZ\u0090\0 a program"),
  });
  await page.getByRole("button", { name: "Add files" }).click();
  await expect(page.getByText("report.docx: The file is named as Word but its content is a program.")).toBeVisible();
  await awake(page);
  await page.getByText("Add a web page").click();
  await page.getByLabel("Address").fill("not an address");
  await page.getByRole("button", { name: "Add page" }).click();
  await expect(page.getByText("Enter a whole address").first()).toBeVisible();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a file is added, read and found, and a text pasted", async ({ page }) => {
    const name = unique();
    await signIn(page, "tutor");
    await addFile(page, name);
    await fits(page);
    const link = page.getByRole("region", { name: "All documents" }).getByRole("link", { name });
    await expect(async () => {
      await page.goto("/documents");
      await expect(link).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 30_000 });
    await link.click();
    await fits(page);
    await expect(page.getByRole("link", { name: "The median" })).toBeVisible();
    await page.goto("/documents");
    await page.getByText("Paste a text").click();
    await page.getByLabel("Title").fill(name);
    await page.getByLabel("Text", { exact: true }).fill("");
    await page.getByRole("button", { name: "Add text" }).click();
    await expect(page.getByText("Paste a text.").first()).toBeVisible();
  });
});
