// Walks the forms of the site by keyboard. After each form is sent, invalid and valid, the focus is
// on the page: on the summary of errors, or where it was. It is never on the body, unless another
// page was loaded.
import type { Page } from "@playwright/test";
import { DEMO } from "./room";
import { awake, expect, learner, PASSWORD, signIn, test } from "./site";

interface Step {
  /** Text to type into the fields with these labels. */
  fill?: Record<string, string>;
  /** The button that is pressed with Enter. */
  press: string;
  /**
   * Where the focus is then: in the summary of errors, somewhere on the page, or at the start of the
   * next page.
   */
  then: "errors" | "page" | "next page";
}

interface Walk {
  path: string;
  steps: Step[];
}

const OPEN: Walk[] = [
  { path: "/sign-in", steps: [{ fill: { Email: "nobody@test.example", Password: "wrong" }, press: "Sign in", then: "errors" }] },
  { path: "/sign-in", steps: [{ press: "Sign in", then: "errors" }] },
  { path: "/sign-up", steps: [{ fill: { "Your name": " ", Email: "a@b", Password: "short" }, press: "Create an account", then: "errors" }] },
  { path: "/forgot-password", steps: [
    { fill: { Email: "a@b" }, press: "Send the link", then: "errors" },
    { fill: { Email: "nobody@test.example" }, press: "Send the link", then: "next page" },
  ] },
  { path: "/reset-password?token=x", steps: [{ fill: { "New password": "short" }, press: "Save and sign in", then: "errors" }] },
  { path: "/confirm?token=x", steps: [{ press: "Confirm and start learning", then: "errors" }] },
  { path: "/find", steps: [{ fill: { "Find courses, people, pages and actions": "verify" }, press: "Find", then: "next page" }] },
  { path: "/verify", steps: [{ fill: { "Code, address or credential": "x" }, press: "Check", then: "next page" }] },
  { path: "/ask", steps: [{ press: "Ask", then: "errors" }] },
];

const TOPIC = `/learn/${DEMO}/what-was-counted`;
const LEARNER: Walk[] = [
  { path: "/settings", steps: [
    { fill: { "Your name": " " }, press: "Save", then: "errors" },
    { fill: { "Your name": "Asha Kulkarni" }, press: "Save", then: "page" },
    { fill: { "Current password": "wrong", "New password": "short" }, press: "Change password", then: "errors" },
    { fill: { "Current password": PASSWORD, "New password": PASSWORD }, press: "Change password", then: "page" },
  ] },
  { path: "/settings/data", steps: [
    { fill: { "Your password": "wrong" }, press: "Delete my account", then: "errors" },
    { press: "Request a copy", then: "next page" },
  ] },
  { path: "/study/new", steps: [{ fill: { Title: " " }, press: "Make cards", then: "errors" }] },
  { path: "/study/settings", steps: [{ fill: { "New cards a day": "-1" }, press: "Save", then: "errors" }] },
  { path: "/courses/open-to-all", steps: [{ press: "Enroll", then: "next page" }] },
  { path: TOPIC, steps: [
    { press: "Check", then: "errors" },
    { press: "Mark done and continue", then: "next page" },
  ] },
  { path: TOPIC, steps: [{ press: "Mark as not done", then: "page" }] },
  { path: `${TOPIC}/practice/depot-prize`, steps: [{ press: "Check", then: "errors" }] },
  { path: `${TOPIC}/tutor`, steps: [
    { press: "Ask the tutor", then: "errors" },
    { fill: { "Your question": "Which wine goes with cheese?" }, press: "Ask the tutor", then: "page" },
  ] },
  { path: `${TOPIC}/exercise/front-page-friday`, steps: [
    { press: "Done", then: "errors" },
    { fill: { "Your work": "Counted." }, press: "Save", then: "page" },
  ] },
  { path: "/learn/open-to-all/what-averages-hide", steps: [{ press: "Cooking", then: "page" }] },
];

const TUTOR: Walk[] = [
  { path: `/teach/${DEMO}/settings`, steps: [
    { fill: { "Questions per attempt": "99", "Passing score (%)": "0" }, press: "Save", then: "errors" },
  ] },
  { path: `/teach/${DEMO}/outline`, steps: [{ press: "Add topic", then: "errors" }] },
  { path: `/teach/${DEMO}/topics/what-was-counted/notes`, steps: [{ fill: { Concepts: "No colon" }, press: "Save notes", then: "errors" }] },
  { path: `/teach/${DEMO}/grading`, steps: [
    { fill: { "Lowest quiz results to leave out": "x" }, press: "Save weights", then: "errors" },
    { press: "Add column", then: "errors" },
  ] },
  { path: `/teach/${DEMO}/topics/what-was-counted/questions`, steps: [{ press: "Add question", then: "errors" }] },
  { path: `/teach/${DEMO}/questions/all`, steps: [
    { fill: { "Typed questions per module": "-1" }, press: "Save settings", then: "errors" },
  ] },
  { path: `/teach/${DEMO}/course`, steps: [{ fill: { Title: " " }, press: "Save", then: "errors" }] },
  { path: `/teach/${DEMO}/cohorts/new`, steps: [{ press: "Save", then: "errors" }] },
  { path: `/teach/${DEMO}/announcements`, steps: [{ press: "Announce", then: "errors" }] },
  { path: `/teach/${DEMO}/messages?filter=stuck`, steps: [{ press: "Send", then: "errors" }] },
  { path: `/teach/${DEMO}?q=sofia`, steps: [{ press: "Search", then: "next page" }] },
  { path: `/teach/${DEMO}/questions`, steps: [{ fill: { "Search questions": "median" }, press: "Search", then: "next page" }] },
  { path: `/teach/${DEMO}/exams/new`, steps: [
    { press: "Save", then: "errors" },
    { fill: { Title: " ", "Passing score (%)": "0" }, press: "Save", then: "errors" },
  ] },
];

const ADMIN: Walk[] = [
  { path: "/admin/people?q=demo", steps: [{ press: "Search", then: "next page" }] },
  { path: "/admin/invitations", steps: [
    { press: "Send invitation", then: "errors" },
    { fill: { Email: "a@b" }, press: "Send invitation", then: "errors" },
  ] },
  { path: "/teach-with-us", steps: [
    { press: "Send application", then: "errors" },
    {
      fill: { "Your name": "Noor", "Which courses or subjects would you like to teach?": "Birds", "Your experience": " ", "Why would you like to teach here?": " " },
      press: "Send application",
      then: "errors",
    },
  ] },
  { path: `/teach/${DEMO}/admissions/new`, steps: [
    { press: "Save", then: "errors" },
    { fill: { Title: " " }, press: "Save", then: "errors" },
  ] },
  { path: `/teach/${DEMO}/topics/who-is-missing/exercises`, steps: [{ press: "Add exercise", then: "errors" }] },
  { path: `/teach/${DEMO}/admissions/questions`, steps: [{ press: "Add question", then: "errors" }] },
  { path: `/teach/${DEMO}/admissions/payments`, steps: [{ press: "Add code", then: "errors" }] },
  { path: `/teach/${DEMO}/tutors`, steps: [
    { press: "Add tutor", then: "errors" },
    { fill: { "Email of a tutor": "nobody@test.example" }, press: "Add tutor", then: "errors" },
  ] },
  { path: "/admin/site", steps: [
    { fill: { "Name of the site": " " }, press: "Save", then: "errors" },
  ] },
  { path: "/admin/site/pages", steps: [{ press: "Create page", then: "errors" }] },
  { path: "/admin/site/pages/about", steps: [{ fill: { Title: " " }, press: "Publish", then: "errors" }] },
  { path: "/admin/audit", steps: [{ fill: { "Done by": "nobody@test.example" }, press: "Filter", then: "next page" }] },
];

/** Forms of one learner of the course, as a tutor acts for them. */
const ACTIONS: Walk[] = ["Unlock module 2", "Excuse from quiz 1.1", "Extra time or attempts"].map((button, at) => ({
  path: ["?do=unlock&module=2", "?do=excuse&module=1&pair=1", "?do=allow"][at],
  steps: [
    { press: button, then: "errors" },
    { fill: { Reason: " " }, press: button, then: "errors" },
    { fill: { Reason: "A walk through the forms" }, press: button, then: "next page" },
  ],
}));

/** Types into the field and goes on with the tab key until the button has the focus. */
async function send(page: Page, step: Step) {
  for (const [label, text] of Object.entries(step.fill ?? {})) {
    const field = page.getByLabel(label, { exact: true }).first();
    await field.focus();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type(text);
  }
  const button = page.getByRole("main").getByRole("button", { name: step.press, exact: true }).first();
  if (step.fill) {
    for (let presses = 0; presses < 80 && !(await focused(page, button)); presses++) await page.keyboard.press("Tab");
    expect(await focused(page, button), `the tab key reaches ${step.press}`).toBe(true);
  } else {
    await button.focus();
  }
  await page.keyboard.press("Enter");
}

const focused = (page: Page, element: ReturnType<Page["locator"]>) => element.evaluate((it) => it === document.activeElement);

/** Requests that the player sends by itself. */
const ASIDE = /save_place|report_activity/;

/** Counts the requests of the page that have no answer yet. */
function requests(page: Page) {
  const running = new Set<unknown>();
  page.on("request", (request) => {
    if (!ASIDE.test(request.url())) running.add(request);
  });
  for (const end of ["requestfinished", "requestfailed"] as const) page.on(end as "requestfinished", (request) => running.delete(request));
  return running;
}

async function walk(page: Page, running: Set<unknown>, { path, steps }: Walk) {
  await page.goto(path);
  await awake(page);
  for (const step of steps) {
    const where = `${path}: ${step.press}`;
    await page.evaluate(() => (document.documentElement.dataset.before = ""));
    const answered = ["errors", "page"].includes(step.then)
      ? page.waitForResponse((answer) => answer.request().method() === "POST" && !ASIDE.test(answer.url()))
      : undefined;
    await send(page, step);
    await answered;
    if (step.then === "next page") {
      await expect(page.locator("html:not([data-before])"), where).toBeAttached();
      await awake(page);
      continue;
    }
    if (step.then === "errors") await expect(page.locator(".error-summary:focus"), where).toBeVisible();
    for (let round = 0; round < 2; round++) {
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      await expect.poll(() => running.size, `${where}: all requests are answered`).toBe(0);
    }
    expect(await page.evaluate(() => document.activeElement?.tagName), `${where} keeps the focus`).not.toBe("BODY");
    expect(await page.locator("html[data-before]").count(), `${where} stays on the page`).toBe(1);
  }
}

// The browser reports each refused request in its console.
test.describe("the focus stays on the page", { tag: "@once" }, () => {
  test.use({ allowed: [["status of 4"], { scope: "test" }] as never });

  test("in forms for everybody", async ({ page }) => {
    const running = requests(page);
    for (const form of OPEN) await walk(page, running, form);
  });

  test("in forms of learners", async ({ page }) => {
    await learner(page, DEMO);
    const running = requests(page);
    for (const form of LEARNER) await walk(page, running, form);
  });

  test("in forms of tutors", async ({ page, browser }) => {
    const other = await browser.newContext();
    const address = await learner(await other.newPage(), DEMO);
    await other.close();
    await signIn(page, "tutor");
    const running = requests(page);
    for (const form of TUTOR) await walk(page, running, form);
    await page.goto(`/teach/${DEMO}?q=${encodeURIComponent(address)}`);
    const path = await page.getByRole("rowheader").getByRole("link").getAttribute("href");
    for (const form of ACTIONS) await walk(page, running, { ...form, path: path + form.path });
  });

  test("in forms of admins", async ({ page }) => {
    await signIn(page, "admin");
    const running = requests(page);
    for (const form of ADMIN) await walk(page, running, form);
  });

  test("when the page is loaded anew", async ({ page }) => {
    await signIn(page, "tutor");
    await page.goto(`/teach/${DEMO}/questions/import`);
    await awake(page);
    await page.getByRole("button", { name: "Preview import" }).press("Enter");
    await expect(page.locator(".notice:focus")).toContainText("Nothing was imported");
    await page.goto(`/teach/${DEMO}/questions/new`);
    await awake(page);
    await page.getByLabel("Question", { exact: true }).fill("Is this kept?");
    let asked = "";
    page.once("dialog", (dialog) => {
      asked = dialog.message();
      return dialog.dismiss();
    });
    await page.getByRole("link", { name: "Gradebook" }).click();
    expect(asked).toContain("Leave without saving?");
    await expect(page.getByLabel("Question", { exact: true })).toHaveValue("Is this kept?");
    // A form that was refused holds changes too.
    await page.getByRole("button", { name: "Save" }).first().click();
    await expect(page.locator(".bank-problems")).toBeVisible();
    await awake(page);
    page.once("dialog", (dialog) => dialog.dismiss());
    await page.getByRole("link", { name: "Gradebook" }).click();
    await expect(page.getByLabel("Question", { exact: true })).toHaveValue("Is this kept?");
    page.once("dialog", (dialog) => dialog.accept());
    await page.getByRole("link", { name: "Gradebook" }).click();
    await expect(page).toHaveURL(`/teach/${DEMO}`);
  });

  test("when a line of a list is removed", async ({ page, browser }) => {
    const address = await learner(page);
    for (const agent of ["Firefox/130.0", "Edg/130.0"]) {
      const other = await (await browser.newContext({ userAgent: `Mozilla/5.0 (Windows NT 10.0) ${agent}` })).newPage();
      await other.goto("/sign-in");
      await awake(other);
      await other.getByLabel("Email").fill(address);
      await other.getByLabel("Password").fill(PASSWORD);
      await other.getByRole("button", { name: "Sign in" }).click();
      await expect(other.getByRole("heading", { name: /Welcome/ })).toBeVisible();
      await other.context().close();
    }
    await page.goto("/settings/devices");
    await awake(page);
    const devices = page.locator(".devices > li");
    await expect(devices).toHaveCount(3);
    for (const left of [2, 1]) {
      await devices.getByRole("button", { name: /^Sign out/ }).last().press("Enter");
      await expect(devices).toHaveCount(left);
      await expect(page.getByRole("main").locator(":focus")).toBeVisible();
    }
    await expect(page.getByText("Signed out.")).toBeVisible();
  });
});
