// Measures a first visit to the catalog: all bytes that the browser receives, including headers.
import { awake, expect, test } from "./site";

const KB = 1000;

test("a first visit to the catalog is light", { tag: "@once" }, async ({ page }) => {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  const kinds = new Map<string, string>();
  let all = 0;
  let code = 0;
  session.on("Network.responseReceived", ({ requestId, response }) => kinds.set(requestId, response.mimeType));
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    all += encodedDataLength;
    if (/wasm|javascript/.test(kinds.get(requestId) ?? "")) code += encodedDataLength;
  });
  await page.goto("/courses");
  await awake(page);
  await page.waitForLoadState("networkidle");
  console.log(`first visit to the catalog: ${(all / KB).toFixed(1)} kB in all, ${(code / KB).toFixed(1)} kB of WASM and JavaScript`);
  expect(code).toBeLessThan(266 * KB);
  expect(all).toBeLessThan(356 * KB);
});
