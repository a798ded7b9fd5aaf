// Cold calls with several people at once: blind until answered, live arrival, hidden stars,
// moderation; also without JavaScript.
import type { Page } from "@playwright/test";
import { accessible, awake, expect, fits, signIn, test } from "./site";

const DEMO = "how-to-trust-a-number";

/** People and a prompt that they have not answered, different ones for each project. */
function cast() {
  return test.info().project.name === "phone"
    ? { one: "nikhil" as const, other: "kwame" as const, topic: `/learn/${DEMO}/who-is-missing`, seeded: "job centre" }
    : { one: "sofia" as const, other: "tomas" as const, topic: `/learn/${DEMO}/what-was-counted`, seeded: "the leaflet lay in a hall" };
}

/** Opens the answers to the prompt with this text and returns the group of three similar ones. */
async function groupOfThree(page: Page) {
  await page.goto(`/teach/${DEMO}/cold-calls`);
  const prompt = page.locator(".prompt-lines > li", { hasText: "Your town wants to publish one figure" });
  await prompt.getByRole("link", { name: /^\d+ answers$/ }).click();
  const group = page.locator(".answer-group", { has: page.getByRole("heading", { name: /^3 answers: / }) });
  await expect(group).toBeVisible();
  return group;
}

test("an answer reveals the thread, and others arrive while one reads", async ({ page, browser }) => {
  const { one, other, topic, seeded } = cast();
  const call = `${topic}/cold-call/2`;
  await signIn(page, one);
  await page.goto(topic);
  await awake(page);
  const box = page.locator(".coldcalls > ol > li").nth(1);
  await expect(box.getByText("Your cohort and its tutors will read your answer")).toBeVisible();
  await expect(page.getByText(seeded)).toHaveCount(0);
  // The phone's topic has a formula that scrolls, which axe wants to be focusable.
  if (test.info().project.name !== "phone") await accessible(page);
  await page.goto(call);
  await awake(page);
  await expect(page.getByText(seeded)).toHaveCount(0);
  await accessible(page);
  await page.getByRole("textbox", { name: "Your answer" }).fill("Everybody who was *asked* twice.");
  await page.getByRole("button", { name: "Post answer" }).click();
  await expect(page.getByText(seeded)).toBeVisible();
  await expect(page.locator(".message-body em", { hasText: "asked" })).toBeVisible();
  await accessible(page);

  const context = await browser.newContext({ baseURL: test.info().project.use.baseURL });
  const second = await context.newPage();
  await signIn(second, other);
  await second.goto(call);
  await awake(second);
  await expect(second.getByText("Everybody who was")).toHaveCount(0);
  // A reply that is being written stays while others post.
  const own = page.locator("article.message", { hasText: "Everybody who was" });
  await own.getByRole("button", { name: /^Reply/ }).click();
  const reply = page.getByRole("textbox", { name: "Your reply" });
  await reply.fill("To be clear:");
  await second.getByRole("textbox", { name: "Your answer" }).fill("Nobody at all.");
  await second.getByRole("button", { name: "Post answer" }).click();
  await expect(second.getByText("Everybody who was")).toBeVisible();
  const arrived = page.locator("article.message", { hasText: "Nobody at all." });
  await expect(arrived).toBeVisible({ timeout: 3_000 });
  await expect(reply).toHaveValue("To be clear:");
  await page.getByRole("button", { name: "Post reply" }).click();
  await expect(second.getByText("To be clear:")).toBeVisible({ timeout: 3_000 });

  // The author of an answer does not see its stars before the prompt closes.
  const star = arrived.getByRole("button", { name: /^Star/ });
  await star.click();
  await expect(star).toHaveAttribute("aria-pressed", "true");
  await expect(star).toContainText("1");
  const starred = second.locator("article.message", { hasText: "Nobody at all." }).first();
  await expect(starred).not.toContainText("★");
  await expect(starred.getByRole("button", { name: /^Star/ })).toHaveCount(0);
  await page.reload();
  await awake(page);
  await expect(star).toHaveAttribute("aria-pressed", "true");

  // Ten tabs have one stream, and all of them are told.
  const streams: string[] = [];
  context.on("request", (request) => request.url().includes("/live?") && streams.push(request.url()));
  const tabs = await Promise.all(Array.from({ length: 8 }, () => context.newPage()));
  for (const tab of tabs) {
    await tab.goto(call);
    await awake(tab);
  }
  await own.getByRole("button", { name: /^Reply/ }).click();
  await reply.fill("To all tabs");
  await page.getByRole("button", { name: "Post reply" }).click();
  for (const tab of tabs) await expect(tab.getByText("To all tabs")).toBeVisible({ timeout: 5_000 });
  expect(streams.length, "tabs share the stream of the first").toBe(0);
  await context.close();
});

test("a tutor reads, hides and takes back", { tag: "@once" }, async ({ page, browser }) => {
  await signIn(page, "tutor");
  await page.goto(`/teach/${DEMO}/cold-calls`);
  await awake(page);
  await accessible(page);
  await page.getByRole("link", { name: "6 answers" }).first().click();
  await expect(page.getByRole("heading", { name: "Unlike the others" })).toBeVisible();
  await awake(page);
  await accessible(page);
  await page.goto("/moderation");
  await awake(page);
  await accessible(page);
  const reported = page.locator("article.message", { hasText: "saint of the poor" }).first();
  await expect(reported).toContainText("not about the question");

  const context = await browser.newContext({ baseURL: test.info().project.use.baseURL });
  const member = await context.newPage();
  await signIn(member, "nikhil");
  await member.goto(`/learn/${DEMO}/what-averages-hide/cold-call/1`);
  await awake(member);
  await expect(member.getByText("saint of the poor")).toBeVisible();
  // The author is a second member: the message stays for them, with the reason.
  const own = await browser.newContext({ baseURL: test.info().project.use.baseURL });
  const author = await own.newPage();
  await signIn(author, "tomas");
  await author.goto(`/learn/${DEMO}/what-averages-hide/cold-call/1`);
  await awake(author);
  await expect(author.getByText("saint of the poor")).toBeVisible();
  await reported.getByText("Hide", { exact: true }).click();
  await reported.getByLabel("Reason").fill("Please answer the question.");
  await reported.getByRole("button", { name: "Hide message" }).click();
  await expect(member.getByText("saint of the poor")).toHaveCount(0, { timeout: 3_000 });
  await expect(author.getByText("A tutor has hidden this message from others.")).toBeVisible({ timeout: 3_000 });
  await expect(author.getByText("Please answer the question.")).toBeVisible();
  await expect(page.getByText(/hid a message of Tomás/)).toBeVisible();
  await page.getByRole("button", { name: /^Undo · .* hid a message of Tomás/ }).click();
  await expect(member.getByText("saint of the poor")).toBeVisible({ timeout: 3_000 });
  await expect(author.getByText("A tutor has hidden this message from others.")).toHaveCount(0, { timeout: 3_000 });
  await own.close();
  await context.close();
});

test("a lock is seen at once, and a lost connection loses nothing", { tag: "@once" }, async ({ page, browser, allowed }) => {
  allowed.push("ERR_INTERNET_DISCONNECTED");
  const call = `/learn/${DEMO}/who-is-missing/cold-call/1`;
  await signIn(page, "lena");
  await page.goto(call);
  await awake(page);
  const box = page.getByRole("textbox", { name: "Your answer" });
  await box.fill("From two to four.");
  const teaching = await browser.newContext({ baseURL: test.info().project.use.baseURL });
  const tutor = await teaching.newPage();
  await signIn(tutor, "tutor");
  await tutor.goto(`/teach/${DEMO}/cold-calls`);
  const prompt = tutor.locator(".prompt-lines > li", { hasText: "You have an afternoon and a telephone" });
  await prompt.getByRole("link", { name: /answers?$/ }).click();
  await awake(tutor);
  await tutor.getByRole("button", { name: "Lock", exact: true }).click();
  await expect(page.getByText("A tutor has locked this cold call.")).toBeVisible({ timeout: 3_000 });
  await expect(box).toHaveValue("From two to four.");
  await tutor.getByRole("button", { name: "Unlock", exact: true }).click();
  await expect(page.getByText("A tutor has locked this cold call.")).toHaveCount(0, { timeout: 3_000 });
  await page.getByRole("button", { name: "Post answer" }).click();
  await expect(page.locator("article.message", { hasText: "From two to four." })).toBeVisible();

  const others = await browser.newContext({ baseURL: test.info().project.use.baseURL });
  const other = await others.newPage();
  await signIn(other, "sofia");
  await other.goto(call);
  await awake(other);
  await page.context().setOffline(true);
  await other.getByRole("textbox", { name: "Your answer" }).fill("While you were away.");
  await other.getByRole("button", { name: "Post answer" }).click();
  await expect(other.getByText("From two to four.")).toBeVisible();
  await page.context().setOffline(false);
  const missed = page.locator("article.message", { hasText: "While you were away." });
  await expect(missed).toHaveCount(1, { timeout: 20_000 });
  await teaching.close();
  await others.close();
});

test("a group is replied to once", { tag: "@once" }, async ({ page }) => {
  await signIn(page, "tutor");
  const group = await groupOfThree(page);
  await awake(page);
  const reply = group.getByRole("textbox", { name: "Your reply as a tutor" });
  await group.getByText("Reply to all 3", { exact: true }).click();
  await reply.first().fill("Who would be angry about it?");
  await group.getByRole("button", { name: "Post reply" }).first().click();
  await expect(group.getByText("Who would be angry about it?")).toHaveCount(3);
  // The form is closed and empty, so that a second press posts nothing.
  await expect(reply.first()).toBeHidden();
  await group.getByText("Reply to all 3", { exact: true }).click();
  await expect(reply.first()).toHaveValue("");
});

test("deeper replies fold", { tag: "@once" }, async ({ page }) => {
  await signIn(page, "sofia");
  const call = `/learn/${DEMO}/what-was-counted/cold-call/1`;
  await page.goto(call);
  await awake(page);
  const deep = page.locator("article.message", { hasText: "that is the trick" });
  await expect(deep).toBeHidden();
  await accessible(page);
  await page.getByText("1 more reply").first().click();
  await expect(deep).toBeVisible();
  await accessible(page);
  const id = await deep.getAttribute("id");
  await page.goto("/learn");
  await page.goto(`${call}#${id}`);
  await awake(page);
  await expect(deep).toBeInViewport();
});

test("a prompt is written, moved and previewed", { tag: "@once" }, async ({ page }) => {
  await signIn(page, "admin");
  await page.goto("/teach/open-to-all/cold-calls");
  await awake(page);
  await page.getByRole("link", { name: "Write a prompt" }).click();
  await page.getByLabel("Prompt", { exact: true }).fill("What would you count twice?");
  await page.getByLabel("Answers are read by").selectOption("tutors_only");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Prompt saved.")).toBeVisible();
  await awake(page);
  await expect(page.getByText("Only tutors will read your answer")).toBeVisible();
  await accessible(page);
  await page.getByRole("link", { name: "Cold calls", exact: true }).first().click();
  await page.getByRole("button", { name: "Move prompt 3 up" }).first().click();
  await expect(page.locator(".prompt-lines > li").nth(1)).toContainText("What would you count twice?");
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("one answers, replies and sees mistakes", { tag: "@once" }, async ({ page }) => {
    await signIn(page, "lena");
    await page.goto(`/learn/${DEMO}/what-was-counted`);
    const box = page.locator(".coldcalls > ol > li").nth(1);
    await box.getByLabel("Your answer").fill("\u200b");
    await box.getByRole("button", { name: "Post answer" }).click();
    await expect(box.getByText("Write something first.").first()).toBeVisible();
    await box.getByLabel("Your answer").fill("Those who came back.");
    await box.getByRole("button", { name: "Post answer" }).click();
    await expect(page).toHaveURL(/cold-call\/2/);
    await expect(page.getByText("the leaflet lay in a hall")).toBeVisible();
    await page.locator("article.message", { hasText: "the leaflet lay" }).getByRole("button", { name: /^Reply/ }).click();
    await page.getByLabel("Your reply").fill("Or past it.");
    await page.getByRole("button", { name: "Post reply" }).click();
    await expect(page.getByText("Or past it.")).toBeVisible();
    const star = page.locator("article.message", { hasText: "the leaflet lay" }).first().getByRole("button", { name: /^Star/ }).first();
    for (const pressed of ["true", "false"]) {
      await star.click();
      await expect(star).toHaveAttribute("aria-pressed", pressed);
    }
    await fits(page);
    const own = page.locator("article.message", { hasText: "Or past it." }).last();
    await own.getByRole("button", { name: /^Edit/ }).click();
    await page.getByLabel("Your message").fill("Or behind it.");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    const changed = page.locator("article.message", { hasText: "Or behind it." }).last();
    await changed.getByRole("button", { name: /^Delete/ }).first().click();
    await page.getByRole("button", { name: "Delete", exact: true }).last().click();
    await expect(page.getByText("Or behind it.")).toHaveCount(0);
    const other = page.locator("article.message", { hasText: "the leaflet lay" }).first();
    await other.getByRole("button", { name: /^Report/ }).first().click();
    await page.getByLabel("Reason").fill("Not nice.");
    await page.getByRole("button", { name: "Report", exact: true }).last().click();
    await expect(page.getByText("the leaflet lay in a hall")).toBeVisible();
    await page.goto("/notifications");
    await page.getByRole("button", { name: "Mark all as read" }).click();
    await expect(page.getByRole("button", { name: "Mark all as read" })).toHaveCount(0);
  });

  test("a tutor edits a prompt, moderates and replies to a group", { tag: "@once" }, async ({ page }) => {
    await signIn(page, "tutor");
    await page.goto(`/teach/${DEMO}/cold-calls`);
    const text = "Whose advice have you followed that came only from survivors?";
    await page.getByRole("link", { name: text }).click();
    const prompt = page.getByLabel("Prompt", { exact: true });
    const before = await prompt.inputValue();
    await prompt.fill("\u200b");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Enter the prompt.").first()).toBeVisible();
    await prompt.fill(before);
    await page.getByLabel("Hint").fill("One sentence is enough.");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Prompt saved.")).toBeVisible();
    await expect(page.locator(".coldcall-helper")).toHaveText("One sentence is enough.");

    await page.goto("/moderation");
    await fits(page);
    const reported = page.locator("article.message", { hasText: "saint of the poor" }).first();
    await reported.getByRole("button", { name: /^Pin/ }).click();
    await expect(reported).toContainText("Pinned");
    await page.getByRole("button", { name: /^Undo · .* pinned a message of Tomás/ }).first().click();
    await expect(reported).not.toContainText("Pinned");
    await page.getByRole("button", { name: "Mark all as seen" }).click();
    await expect(page.getByText("Station Road. Parcels have to be carried")).toHaveCount(0);

    await groupOfThree(page);
    const mean = page.locator("article.message", { hasText: "The mean, to provoke you" });
    await mean.getByRole("button", { name: /^Approve posts first/ }).click();
    await expect(mean).toContainText("Posts need approval");
    await page.goto("/moderation");
    const held = page.locator(".answer-group", { has: page.getByRole("heading", { name: "Members whose posts wait for approval" }) });
    await held.getByRole("button", { name: /^End approval · Asha/ }).click();
    await expect(held).toHaveCount(0);

    const group = await groupOfThree(page);
    await group.getByText("Reply to all 3", { exact: true }).click();
    await group.getByRole("textbox", { name: "Your reply as a tutor" }).first().fill("Which of you has asked?");
    await group.getByRole("button", { name: "Post reply" }).first().click();
    await expect(group.getByText("Which of you has asked?")).toHaveCount(3);
    await fits(page);
    await page.getByLabel("Lock and close for").selectOption({ index: 0 });
    await page.getByRole("button", { name: "Lock", exact: true }).click();
    await page.getByRole("button", { name: "Unlock", exact: true }).click();
    await expect(page.getByRole("button", { name: "Lock", exact: true })).toBeVisible();

    await page.goto(`/teach/${DEMO}/cold-calls/new`);
    const retired = `Who counts, plainly? ${Date.now().toString(36)}`;
    await prompt.fill(retired);
    await page.getByRole("textbox", { name: "Opens optional", exact: true }).fill("2099-01-01T10:00");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Prompt saved.")).toBeVisible();
    await page.getByRole("button", { name: "Retire" }).click();
    await page.getByRole("link", { name: retired }).click();
    await expect(page.getByRole("button", { name: "Restore" })).toBeVisible();
  });
});
