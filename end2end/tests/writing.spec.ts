// An admin writes a course in the browser, and a learner reads it. The words of two people
// in one topic are merged and reviewed, and a text outlives a lost connection.
import type { Browser, Locator, Page } from "@playwright/test";
import { accessible, awake, expect, learner, signIn, test } from "./site";

/** A name that no other test and no other project uses. */
function unique() {
  return `${test.info().project.name} ${Date.now().toString(36)}`;
}

/** Makes a draft course with two modules. Returns its name in addresses. */
async function makeCourse(page: Page) {
  const title = `Counting ${unique()}`;
  await page.goto("/teach/courses/new");
  await awake(page);
  await page.getByLabel("Title", { exact: true }).fill(title);
  const slug = await page.getByLabel("Name in addresses").inputValue();
  expect(slug).toBe(title.toLowerCase().replaceAll(" ", "-"));
  await page.getByLabel("Summary").fill("How to count, in two modules.");
  await page.getByLabel("Outline").fill("Averages\n- The mean\n- The median\nSpread\n- The range");
  await page.getByRole("button", { name: "Create course" }).click();
  await expect(page.getByRole("heading", { name: "Outline", level: 1 })).toBeVisible();
  await expect(page).toHaveURL(`/teach/${slug}/outline`);
  return { title, slug };
}

async function typeText(page: Page, text: string) {
  await page.getByLabel("Text", { exact: true }).fill(text);
}

test.describe("a new course", () => {
  test.use({ allowed: [["status of 422"], { scope: "test" }] as never });

  test("is made from a list, written, published and read", async ({ page, browser }) => {
    test.setTimeout(180_000);
    await signIn(page, "admin");
    await page.goto("/teach");
    await awake(page);
    await page.getByRole("link", { name: "New course" }).click();
    await expect(page.getByRole("heading", { name: "New course", level: 1 })).toBeVisible();
    await accessible(page);
    // All problems are shown at once.
    await page.getByLabel("Title", { exact: true }).fill(" ");
    await page.getByLabel("Name in addresses").fill("Not a name");
    await page.getByLabel("Summary").fill("Kept words");
    await page.getByLabel("Outline").fill("Averages\n- The mean\n      - Too deep");
    await page.getByRole("button", { name: "Create course" }).click();
    await expect(page.getByText("Enter a title.").first()).toBeVisible();
    await expect(page.getByText("Line 3: this line is indented more than a topic").first()).toBeVisible();
    await expect(page.getByLabel("Summary")).toHaveValue("Kept words");

    const { title, slug } = await makeCourse(page);
    await accessible(page);
    await expect(page.getByText("This course is a draft.")).toBeVisible();
    await page.getByRole("button", { name: "Publish course" }).click();
    await expect(page.getByText("Publish at least one topic first.").first()).toBeVisible();
    await page.getByRole("button", { name: "Move The median up" }).click();
    await expect(page.locator(".outline-module").first().locator("li").first()).toContainText("The median");
    await page.getByLabel("Title of the module").fill("Extra");
    await page.getByRole("button", { name: "Add module" }).click();
    await expect(page.getByRole("heading", { name: "3 Extra" })).toBeVisible();

    await page.getByRole("link", { name: "Schedule The range" }).click();
    await page.getByLabel("Publish at").fill("2099-01-01T10:00");
    await page.getByRole("button", { name: "Save time" }).click();
    await expect(page.getByText("Will be published on")).toBeVisible();
    await accessible(page);
    await page.getByRole("button", { name: "Cancel schedule The range" }).click();
    await expect(page.getByText("Will be published on")).toHaveCount(0);

    await page.getByRole("link", { name: "The mean", exact: true }).click();
    await expect(page.getByRole("heading", { name: "The mean", level: 1 })).toBeVisible();
    await awake(page);
    await typeText(page, "The mean is $\\bar x = \\frac{1}{n}\\sum x_i$.\n\n> [!NOTE]\n> It moves with each value.\n");
    const preview = page.getByRole("region", { name: "As learners see it" });
    await expect(preview.locator("math")).toBeVisible();
    await expect(preview.getByText("It moves with each value.")).toBeVisible();
    await expect(page.getByText("Saved", { exact: true })).toBeVisible();
    await accessible(page);
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    await expect(page.getByText("Published. Learners see this text now.")).toBeVisible();

    await page.goto(`/teach/${slug}/outline`);
    await awake(page);
    await page.getByRole("button", { name: "Publish course" }).click();
    await expect(page.getByText("This course is in the catalog.")).toBeVisible();

    const context = await browser.newContext({ baseURL: test.info().project.use.baseURL });
    const reader = await context.newPage();
    await learner(reader, slug);
    await reader.goto(`/learn/${slug}/the-mean`);
    await expect(reader.getByText("It moves with each value.")).toBeVisible();
    await expect(reader.locator("main math").first()).toBeVisible();
    await expect(reader.getByText("The median")).toHaveCount(0);
    expect((await reader.goto(`/courses/${slug}`))!.status()).toBe(200);
    await expect(reader.getByRole("heading", { name: title, level: 1 })).toBeVisible();
    await context.close();
    await page.getByRole("button", { name: "Unpublish course" }).click();
    await expect(page.getByText("This course is a draft.")).toBeVisible();
  });
});

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** How a person works the controls of a page. */
interface Hand {
  press(control: Locator): Promise<void>;
  choose(select: Locator, label: string): Promise<void>;
  type(field: Locator, text: string): Promise<void>;
}

/** By mouse or by touch. */
function pointer(isTouch: boolean): Hand {
  return {
    press: (control) => (isTouch ? control.tap() : control.click()),
    choose: async (select, label) => void (await select.selectOption({ label })),
    type: async (field, text) => {
      await (isTouch ? field.tap() : field.click());
      await field.fill(text);
    },
  };
}

/** By the keyboard alone: the tabulator leads to each control. */
function keyboard(page: Page): Hand {
  const reach = async (control: Locator) => {
    await expect(control).toBeVisible();
    for (let presses = 0; presses < 300; presses++) {
      if (await control.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`the tabulator does not reach ${control}`);
  };
  return {
    press: async (control) => {
      await reach(control);
      await page.keyboard.press((await control.getAttribute("type")) === "radio" ? "Space" : "Enter");
    },
    choose: async (select, label) => {
      await reach(select);
      await page.keyboard.type(label);
      await expect(select.locator("option:checked")).toHaveText(label);
    },
    type: async (field, text) => {
      await reach(field);
      await page.keyboard.press("ControlOrMeta+a");
      await page.keyboard.insertText(text);
    },
  };
}

/**
 * The twenty minutes: makes a course of two modules with a picture, a formula, a quiz and a text for
 * a persona, and publishes it. Returns its name in addresses.
 */
async function teach(page: Page, { press, choose, type }: Hand) {
  const title = `Taught ${unique()}`;
  await page.goto("/teach/courses/new");
  await awake(page);
  await type(page.getByLabel("Title", { exact: true }), title);
  await type(page.getByLabel("Summary"), "Two modules in twenty minutes.");
  await type(page.getByLabel("Outline"), "Averages\n- The mean\nSpread\n- The range");
  await press(page.getByRole("button", { name: "Create course" }));
  await expect(page.getByRole("heading", { name: "Outline", level: 1 })).toBeVisible();
  const slug = page.url().split("/").at(-2)!;
  for (const topic of ["The mean", "The range"]) {
    await awake(page);
    await press(page.getByRole("link", { name: topic, exact: true }));
    await expect(page.getByRole("heading", { name: topic, level: 1 })).toBeVisible();
    await awake(page);
    await type(page.getByLabel("Text", { exact: true }), `${topic} is $\\bar x$.\n`);
    await expect(page.getByText("Saved", { exact: true })).toBeVisible();
    if (topic === "The mean") {
      await press(page.getByText("Add a picture", { exact: true }));
      const chooser = page.waitForEvent("filechooser");
      await press(page.getByLabel("Picture", { exact: true }));
      await (await chooser).setFiles({ name: "dot.png", mimeType: "image/png", buffer: Buffer.from(PIXEL, "base64") });
      await type(page.getByLabel("Description"), "A dot");
      await press(page.getByRole("button", { name: "Add picture" }));
      await expect(page.getByText("The picture is in the text.")).toBeVisible();
      await expect(page.getByText("Saved", { exact: true })).toBeVisible();
    }
    await press(page.getByRole("button", { name: "Publish", exact: true }));
    await expect(page.getByText("Published. Learners see this text now.")).toBeVisible();
    await awake(page);
    if (topic === "The mean") {
      await press(page.getByRole("link", { name: /^Texts for personas/ }));
      await expect(page.getByRole("heading", { name: "Texts for personas", level: 1 })).toBeVisible();
      await awake(page);
      await type(page.getByLabel("Text for learners who chose Sports"), "The mean of *runs*.");
      await expect(page.getByRole("region", { name: "Learners who chose Sports see" }).locator("em")).toHaveText("runs");
      await press(page.getByRole("button", { name: "Publish for these learners" }));
      await expect(page.getByText("Learners who chose Sports see this text now.")).toBeVisible();
    }
    await page.goto(`/teach/${slug}/outline`);
  }
  await page.goto(`/teach/${slug}/questions/new`);
  await awake(page);
  await choose(page.getByLabel("Topic"), "1.1 The mean");
  await type(page.getByLabel("Question", { exact: true }), "Does the mean float?");
  await type(page.getByLabel("Option 1", { exact: true }), "It floats");
  await type(page.getByLabel("Option 2", { exact: true }), "It sinks");
  await press(page.getByRole("radio", { name: "Option 1 is correct" }));
  await press(page.getByRole("button", { name: "Save", exact: true }).last());
  await expect(page.getByText("Question saved.")).toBeVisible();
  await page.goto(`/teach/${slug}/outline`);
  await awake(page);
  await press(page.getByRole("button", { name: "Publish course" }));
  await expect(page.getByText("This course is in the catalog.")).toBeVisible();
  return slug;
}

/** Studies the course that `teach` makes, and passes its quiz. */
async function study(browser: Browser, slug: string) {
  const reader = await (await browser.newContext(test.info().project.use)).newPage();
  await learner(reader, slug);
  await reader.goto(`/learn/${slug}/the-mean`);
  await awake(reader);
  await expect(reader.locator("main math").first()).toBeVisible();
  await expect(reader.getByRole("img", { name: "A dot" })).toBeVisible();
  await reader.getByRole("button", { name: "Sports" }).click();
  await expect(reader.locator("main em", { hasText: "runs" })).toBeVisible();
  await reader.goto(`/learn/${slug}/quiz/1/1`);
  await reader.getByRole("button", { name: "Start" }).click();
  await reader.getByRole("radio", { name: "It floats" }).check();
  await reader.getByRole("button", { name: "Review answers" }).last().click();
  await reader.getByRole("button", { name: "Submit" }).click();
  await expect(reader.locator(".quiz-score")).toHaveText("100%");
  await reader.context().close();
}

test.describe("twenty minutes", { tag: "@once" }, () => {
  test("a course is taught by mouse", async ({ page, browser }) => {
    await signIn(page, "admin");
    await study(browser, await teach(page, pointer(false)));
  });

  test("a course is taught by keyboard alone", async ({ page, browser }) => {
    await signIn(page, "admin");
    await study(browser, await teach(page, keyboard(page)));
  });

  test.describe("on a tablet", () => {
    test.use({ viewport: { width: 820, height: 1180 }, hasTouch: true, isMobile: true });

    test("a course is taught by touch", async ({ page, browser }) => {
      await signIn(page, "admin");
      await study(browser, await teach(page, pointer(true)));
    });
  });
});

test.describe("a topic", () => {
  test.use({ allowed: [["status of 409", "ERR_INTERNET_DISCONNECTED", "Failed to load resource"], { scope: "test" }] as never });

  test("keeps every word when the network is gone, and when two pages write it", { tag: "@once" }, async ({ page, context }) => {
    test.setTimeout(120_000);
    await signIn(page, "admin");
    const { slug } = await makeCourse(page);
    const edit = `/teach/${slug}/topics/the-mean/edit`;
    await page.goto(edit);
    await awake(page);
    const other = await context.newPage();
    await other.goto(edit);
    await awake(other);

    await typeText(page, "Words of the first page");
    await expect(page.getByText("Saved", { exact: true })).toBeVisible();
    // The other page follows by itself. Without a network both write the same paragraph.
    await expect(other.getByLabel("Text", { exact: true })).toHaveValue("Words of the first page");
    await context.setOffline(true);
    await typeText(other, "Words of the second page");
    await expect(other.getByText("Not saved: offline, kept here")).toBeVisible();
    await context.setOffline(false);
    await expect(other.getByText("Saved", { exact: true })).toBeVisible({ timeout: 15_000 });
    await other.close();

    await page.reload();
    await awake(page);
    await expect(page.getByLabel("Text", { exact: true })).toHaveValue("Words of the second page");
    await context.setOffline(true);
    await typeText(page, "Words without a network");
    await expect(page.getByText("Not saved: offline, kept here")).toBeVisible();
    await context.setOffline(false);
    await expect(page.getByText("Saved", { exact: true })).toBeVisible({ timeout: 15_000 });
    await page.reload();
    await awake(page);
    await expect(page.getByLabel("Text", { exact: true })).toHaveValue("Words without a network");
  });

  test("is written by two people at once, and reviewed", { tag: "@once" }, async ({ page, browser }) => {
    test.setTimeout(180_000);
    await signIn(page, "admin");
    const { slug } = await makeCourse(page);
    const origin = test.info().project.use.baseURL!;
    const added = await page.request.post("/api/lyceum/people/tutors/api/add_course_tutor", {
      form: { course: slug, email: "tutor@demo.example" }, headers: { origin },
    });
    expect(added.ok()).toBe(true);
    const edit = `/teach/${slug}/topics/the-mean/edit`;
    await page.goto(edit);
    await awake(page);
    await typeText(page, "First paragraph.\n\nSecond paragraph.\n\nThird paragraph.");
    await expect(page.getByText("Saved", { exact: true })).toBeVisible();

    const context = await browser.newContext({ baseURL: origin });
    const other = await context.newPage();
    await signIn(other, "tutor");
    await other.goto(edit);
    await awake(other);
    // Each sees the other's name.
    await expect(page.getByText(/ is writing here, too\./)).toBeVisible();
    await expect(other.getByText(/ is writing here, too\./)).toBeVisible();

    // They write different paragraphs, one of them while the other's words come in.
    const here = page.getByLabel("Text", { exact: true });
    const there = other.getByLabel("Text", { exact: true });
    await here.press("ControlOrMeta+Home");
    await here.pressSequentially("Mine: ");
    await there.press("ControlOrMeta+End");
    await there.pressSequentially(" And theirs.");
    const both = "Mine: First paragraph.\n\nSecond paragraph.\n\nThird paragraph. And theirs.";
    await expect(here).toHaveValue(both, { timeout: 15_000 });
    await expect(there).toHaveValue(both, { timeout: 15_000 });
    await expect(page.getByText(/^Words of .+ came into the text\.$/)).toBeVisible();
    // The caret is still where it was.
    await there.pressSequentially(" More.");
    await expect(here).toHaveValue(`${both} More.`, { timeout: 15_000 });
    await accessible(page);

    // A passage is commented, the comment is answered and resolved.
    const review = other.getByRole("region", { name: "Review" });
    await there.evaluate((area: HTMLTextAreaElement) => {
      const start = area.value.indexOf("Second paragraph");
      area.setSelectionRange(start, start + "Second paragraph".length);
    });
    await review.getByRole("button", { name: "Take the selected passage" }).click();
    await expect(review.getByLabel("Passage")).toHaveValue("Second paragraph");
    await review.getByLabel("Comment", { exact: true }).fill("Say more here.");
    await review.getByRole("button", { name: "Add comment" }).click();
    await expect(review.getByText("1 open comment.")).toBeVisible();
    const own = page.getByRole("region", { name: "Review" });
    await expect(own.getByText("Say more here.")).toBeVisible();
    await own.getByText("Answer", { exact: true }).click();
    await own.getByLabel("Your answer").fill("I will.");
    await own.getByRole("button", { name: "Send answer" }).click();
    await expect(own.getByText("I will.")).toBeVisible();
    await accessible(page);
    await own.getByRole("button", { name: "Resolve" }).click();
    await expect(own.getByText("No open comments.")).toBeVisible();
    await expect(own.getByText("Resolved comments (1)")).toBeVisible();

    // The draft is ready, and the other one approves it.
    await own.getByRole("button", { name: "Ready for review" }).click();
    await expect(own.getByRole("button", { name: "No longer ready" })).toBeVisible();
    await other.reload();
    await awake(other);
    await review.getByRole("button", { name: "Approve" }).click();
    await expect(review.getByText(/ approved this draft\./)).toBeVisible();
    await context.close();
    await page.goto(`/teach/${slug}/outline`);
    await expect(page.getByText("Approved", { exact: true })).toBeVisible();
    await accessible(page);
  });

  test("asks when two pages have changed the same paragraph", { tag: "@once" }, async ({ page }) => {
    test.setTimeout(120_000);
    await signIn(page, "admin");
    const { slug } = await makeCourse(page);
    const edit = `/teach/${slug}/topics/the-mean/edit`;
    await page.goto(edit);
    await awake(page);
    await typeText(page, "A paragraph.\n\nAnother one.");
    await expect(page.getByText("Saved", { exact: true })).toBeVisible();
    // A second page saves while this one has no connection.
    const fields = await page.locator("#ly-topic-form").evaluate((form: HTMLFormElement) => (
      Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]))
    ));
    await page.context().setOffline(true);
    await typeText(page, "A paragraph of this page.\n\nAnother one, changed here.");
    await expect(page.getByText("Not saved: offline, kept here")).toBeVisible();
    const saved = await page.request.post("/api/lyceum/authoring/editor/api/save_topic", {
      form: { ...fields, "page[writer]": "99999999-9999-4999-8999-999999999999", text: "A paragraph of the other.\n\nAnother one.", go: "save" },
      headers: { origin: test.info().project.use.baseURL! },
    });
    expect(saved.ok()).toBe(true);
    await page.context().setOffline(false);
    const sides = page.getByRole("region", { name: "Two versions of the same paragraphs" });
    await expect(sides).toBeVisible({ timeout: 15_000 });
    await expect(sides.getByText("A paragraph of the other.")).toBeVisible();
    await expect(sides.getByText("Another one")).toHaveCount(0);
    await accessible(page);
    await page.getByRole("button", { name: "Keep both" }).click();
    await expect(page.getByLabel("Text", { exact: true })).toHaveValue(
      "A paragraph of the other.\n\nA paragraph of this page.\n\nAnother one, changed here.",
    );
    await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  });

  test("is formatted with buttons and keys, gets a picture, and has a history", { tag: "@once" }, async ({ page }) => {
    test.setTimeout(120_000);
    await signIn(page, "admin");
    const { slug } = await makeCourse(page);
    await page.goto(`/teach/${slug}/topics/the-range/edit`);
    await awake(page);
    const text = page.getByLabel("Text", { exact: true });
    await text.fill("largest minus smallest");
    await text.press("ControlOrMeta+a");
    await text.press("ControlOrMeta+b");
    await expect(text).toHaveValue("**largest minus smallest**");
    await text.press("ControlOrMeta+a");
    await page.getByRole("button", { name: "Bold" }).click();
    await expect(text).toHaveValue("largest minus smallest");
    await page.getByText("Add a picture", { exact: true }).click();
    await page.getByLabel("Picture", { exact: true }).setInputFiles({ name: "dot.png", mimeType: "image/png", buffer: Buffer.from(PIXEL, "base64") });
    await page.getByLabel("Description").fill("A single dot");
    await page.getByRole("button", { name: "Add picture" }).click();
    await expect(page.getByText("The picture is in the text.")).toBeVisible();
    await expect(text).toHaveValue(/!\[A single dot\]\(file:from-site\/dot-[0-9a-f]{8}\.png\)/);
    await expect(page.getByRole("region", { name: "As learners see it" }).getByRole("img", { name: "A single dot" })).toBeVisible();
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    await expect(page.getByText("Published. Learners see this text now.")).toBeVisible();
    await awake(page);
    await text.fill("The largest value minus the smallest.");
    const loaded = page.waitForEvent("load");
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    await loaded;
    await awake(page);
    await page.getByRole("link", { name: "History" }).click();
    await page.getByRole("link", { name: "Version 2 (newest)" }).click();
    await expect(page.getByRole("heading", { name: "Changes in version 2" })).toBeVisible();
    await accessible(page);
    await page.getByRole("link", { name: "Version 1" }).click();
    await page.getByRole("button", { name: "Restore version 1" }).click();
    await expect(page.getByText("Restored. It is the newest version now.")).toBeVisible();
    await expect(page.getByRole("link", { name: "Version 3 (newest)" })).toBeVisible();
  });
});

/** Makes a course in the catalog with the topic "The mean". */
async function publishedCourse(page: Page) {
  const made = await makeCourse(page);
  await page.goto(`/teach/${made.slug}/topics/the-mean/edit`);
  await awake(page);
  await typeText(page, "Add them up.\n\n## And divide\n\nBy how many there are.");
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await expect(page.getByText("Published. Learners see this text now.")).toBeVisible();
  await page.goto(`/teach/${made.slug}/outline`);
  await awake(page);
  await page.getByRole("button", { name: "Publish course" }).click();
  await expect(page.getByText("This course is in the catalog.")).toBeVisible();
  return made;
}

test.describe("beside a text", () => {
  test.use({ allowed: [["status of 422", "status of 403"], { scope: "test" }] as never });

  test("an exercise is written, and a learner hands in work on it", async ({ page, browser }) => {
    test.setTimeout(180_000);
    await signIn(page, "admin");
    const { slug } = await publishedCourse(page);
    await page.goto(`/teach/${slug}/topics/the-mean/edit`);
    await awake(page);
    await accessible(page);
    await page.getByRole("navigation", { name: "This topic" }).getByRole("link", { name: "Add to exercises" }).click();
    await expect(page.getByRole("heading", { name: "New exercise" })).toBeVisible();
    await awake(page);
    await accessible(page);
    await page.getByRole("button", { name: "Add exercise" }).click();
    await expect(page.getByText("Enter a title.").first()).toBeVisible();
    await page.getByLabel("Title", { exact: true }).fill("Count the birds");
    await page.getByLabel("Task").fill("Count **all** birds of the pond.");
    await page.getByLabel("Expectations").fill("Says when\nSays how many");
    await page.getByLabel("Learners hand in their work").check();
    await page.getByRole("button", { name: "Add exercise" }).click();
    await expect(page.getByText("The exercise was added.")).toBeVisible();
    await expect(page.getByText("Learners hand in their work. Nobody has begun.")).toBeVisible();
    await accessible(page);

    const context = await browser.newContext({ baseURL: test.info().project.use.baseURL });
    const reader = await context.newPage();
    await learner(reader, slug);
    await reader.goto(`/learn/${slug}/the-mean`);
    await reader.getByRole("link", { name: "Count the birds" }).first().click();
    await awake(reader);
    await reader.getByLabel("Your work").fill("Forty at noon.");
    await reader.getByRole("button", { name: "Hand in" }).click();
    await expect(reader.getByText("Waiting for marks")).toBeVisible();
    await context.close();

    await page.getByRole("button", { name: "Retire: Count the birds" }).click();
    await expect(page.getByText("The exercise was retired.")).toBeVisible();
    await page.getByRole("button", { name: "Restore: Count the birds" }).click();
    await expect(page.getByText("1 learner has begun.")).toBeVisible();
  });

  test("the course is seen as a learner, nothing changes, and the view ends", { tag: "@once" }, async ({ page }) => {
    test.setTimeout(120_000);
    await signIn(page, "admin");
    const { title, slug } = await publishedCourse(page);
    await page.goto(`/teach/${slug}/topics/the-mean/edit`);
    await awake(page);
    await page.getByRole("button", { name: "See it as a learner" }).click();
    await expect(page).toHaveURL(`/learn/${slug}/the-mean`);
    const bar = page.getByRole("complementary", { name: "View as somebody else" });
    await expect(bar).toContainText(`You see “${title}” as a learner.`);
    await awake(page);
    await expect(page.getByText("By how many there are.")).toBeVisible();
    await accessible(page);
    await page.getByRole("button", { name: "Mark done and continue" }).click();
    await expect(page.getByText("so nothing can be changed").first()).toBeVisible();
    await bar.getByRole("button", { name: "End this view" }).click();
    await expect(page.getByRole("heading", { name: "The mean", level: 1 })).toBeVisible();
    await expect(page.getByText("As learners see it")).toBeVisible();
    await expect(bar).toHaveCount(0);
    await awake(page);
    await page.getByText("Split this topic", { exact: true }).click();
    await page.getByRole("button", { name: "Split topic" }).click();
    await expect(page.getByRole("heading", { name: "And divide", level: 1 })).toBeVisible();
    await expect(page.getByText("This is the new topic.")).toBeVisible();
  });
});
