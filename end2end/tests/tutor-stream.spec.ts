// A language model answers in one course, through a server whose replies these tests write: answers
// stream, survive a reload, are stopped and written again, and a failing server is no dead end.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { accessible, awake, expect, fits, learner, signIn, test } from "./site";

const COURSE = "with-a-model";
const TALK = `/learn/${COURSE}/lighthouse/tutor`;
const QUESTION = "Why does the lamp of the lighthouse burn rape oil?";
const OIL = "The lamp burns rape oil, because whale oil was too dear.";
const STEPS = "The keeper climbs 212 steps each night.";
const WRONG = "The keeper climbs 999 steps each night.";

type Reply = (response: ServerResponse, isHint: boolean) => void | Promise<void>;

let server: Server;
let reply: Reply;

function sentence(text: string, quote: string) {
  return JSON.stringify({ text, cites: [{ id: "p1", quote }] });
}

/** Sends a part of the reply as an event of the stream. */
function send(response: ServerResponse, content: string) {
  response.write(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
}

function finish(response: ServerResponse) {
  response.write(`data: ${JSON.stringify({ choices: [{ delta: {}, finish_reason: "stop" }] })}\n\n`);
  response.end("data: [DONE]\n\n");
}

function hint(response: ServerResponse) {
  send(response, `{"sentences": [${sentence("Look at the lamp of the lighthouse.", "Its lamp burns rape oil")}]}`);
  finish(response);
}

async function text(request: IncomingMessage) {
  let body = "";
  for await (const part of request) body += part;
  return body;
}

test.describe("with a model", { tag: "@once" }, () => {
  test.describe.configure({ mode: "serial" });

  test.beforeAll(async () => {
    server = createServer(async (request, response) => {
      const asked = JSON.parse(await text(request));
      const isHint = String(asked.messages[0].content).includes("Give a hint");
      response.on("error", () => {});
      await reply(response, isHint);
    });
    const port = Number(process.env.LYCEUM_TEST_PORT ?? "3100") + 90;
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  });

  test.afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** Begins the stream of a reply. */
  function begin(response: ServerResponse) {
    response.writeHead(200, { "content-type": "text/event-stream" });
  }

  test("an admin chooses the model of a course", async ({ page }) => {
    await signIn(page, "admin");
    await page.goto("/admin/operations/model");
    await page.getByLabel("For", { exact: true }).selectOption({ label: "With a model" });
    await page.getByLabel("Model", { exact: true }).selectOption({ label: "The model that is named below" });
    await page.getByLabel("Name of the model").fill("scripted");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("scripted; no limit of its own")).toBeVisible();
    await accessible(page);
    await fits(page);
  });

  test("an answer streams, lasts through a reload, and has its sources", async ({ page }) => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    reply = async (response, isHint) => {
      begin(response);
      if (isHint) return hint(response);
      send(response, `{"sentences": [${sentence(OIL, "Its lamp burns rape oil, because whale oil was too dear")},`);
      await held;
      send(response, `${sentence(WRONG, "The keeper climbs 212 steps each night")},`);
      send(response, `${sentence(STEPS, "The keeper climbs 212 steps each night")}]}`);
      finish(response);
    };
    await learner(page, COURSE);
    await page.goto(TALK);
    await awake(page);
    await page.getByLabel("Your question").fill(QUESTION);
    await page.getByRole("button", { name: "Ask the tutor" }).click();
    await expect(page.getByText("Look at the lamp of the lighthouse.")).toBeVisible();
    await page.getByRole("button", { name: "Explain it" }).click();
    await expect(page.getByText(OIL)).toBeVisible();
    await expect(page.getByText("The answer is being written.")).toBeVisible();
    await page.getByLabel("Your question").fill("And then?");

    await page.reload();
    await awake(page);
    await expect(page.getByText(OIL)).toBeVisible();
    await expect(page.getByText("The answer is being written.")).toBeVisible();
    release();
    await expect(page.getByText(STEPS)).toBeVisible();
    await expect(page.getByText("The answer is being written.")).toHaveCount(0);
    await expect(page.getByText(WRONG)).toHaveCount(0);
    await expect(page.getByText("4 of 5 questions left in this module")).toBeVisible();
    await accessible(page);
    await page.locator(".tutor-cite").last().click();
    await expect(page.locator("#ly-content")).toBeVisible();
    await expect(page).toHaveURL(new RegExp(`/learn/${COURSE}/lighthouse`));
  });

  test("an answer is stopped and written again", async ({ page }) => {
    let stalls = true;
    reply = (response, isHint) => {
      begin(response);
      if (isHint) return hint(response);
      send(response, `{"sentences": [${sentence(OIL, "Its lamp burns rape oil, because whale oil was too dear")}`);
      if (stalls) return;
      send(response, `,${sentence(STEPS, "The keeper climbs 212 steps each night")}]}`);
      finish(response);
    };
    await learner(page, COURSE);
    await page.goto(TALK);
    await awake(page);
    await page.getByLabel("Your question").fill(QUESTION);
    await page.getByRole("button", { name: "Ask the tutor" }).click();
    await page.getByRole("button", { name: "Explain it" }).click();
    await expect(page.getByText(OIL)).toBeVisible();
    await page.getByRole("button", { name: "Stop" }).click();
    await expect(page.getByText("You stopped this answer.")).toBeVisible();
    stalls = false;
    await page.getByRole("button", { name: "Write it again" }).click();
    await expect(page.getByText(STEPS)).toBeVisible();
    await page.getByRole("button", { name: "Helpful", exact: true }).last().click();
    await expect(page.getByRole("button", { name: "Helpful", exact: true }).last()).toHaveAttribute("aria-pressed", "true");
  });

  test("a server that refuses leads to quotations and a sentence", async ({ page }) => {
    reply = (response) => {
      response.writeHead(401, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: { message: "no key", type: "invalid_request_error" } }));
    };
    await learner(page, COURSE);
    await page.goto(TALK);
    await awake(page);
    await page.getByLabel("Your question").fill(QUESTION);
    await page.getByRole("button", { name: "Ask the tutor" }).click();
    await expect(page.getByText("The language model gave no answer")).toBeVisible();
    await expect(page.getByText("Read here")).toBeVisible();
  });
});
