// Follows every link of the demo as a learner, a tutor and an admin. Each kind of page is opened
// once: it hydrates without complaints, and nothing is wider than the screen.
import { awake, expect, fits, signIn, test } from "./site";

const ROLES = [
  ["learner", ["/learn", "/courses", "/notifications", "/settings", "/orders", "/cart", "/certificates"]],
  ["tutor", ["/teach", "/moderation"]],
  ["admin", ["/teach", "/admin/people"]],
] as const;

// Files, and learners whom other tests sign up: they may leave a course between two pages.
const FLEETING = /\/files\/|\/asha-kulkarni-/;

/** Kind of page behind a link: its path without names and ids, and the names of its fields. */
function kind(link: URL) {
  const path = link.pathname
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "*")
    .replace(/\/\d+/g, "/*")
    .replace(/^\/(learn|teach|courses)\/(?!courses\/)[^/]+/, "/$1/*")
    .replace(/^\/learn\/\*\/(?!cohort|quiz|exam)[^/]+/, "/learn/*/*")
    .replace(/\/(practice|exercise|topics|learners|join|pages)\/[^/]+/, "/$1/*");
  return `${path}?${[...link.searchParams.keys()].sort().join("&")}`;
}

for (const [role, starts] of ROLES) {
  test(`every kind of page that a ${role} can reach is quiet and fits`, async ({ page, baseURL }) => {
    test.setTimeout(300_000);
    await signIn(page, role);
    const waiting: string[] = [...starts];
    const seen = new Set<string>();
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(`${page.url()}: ${message.text()}`);
    });
    for (let path = waiting.shift(); path; path = waiting.shift()) {
      const link = new URL(path, baseURL);
      if (seen.has(kind(link))) continue;
      seen.add(kind(link));
      const answer = await page.goto(path);
      expect(answer!.status(), path).toBe(200);
      await awake(page);
      await fits(page);
      expect(complaints).toEqual([]);
      const links = await page.locator("main a[href]:not([download], [rel~=external], [target])").evaluateAll((all) => all.map((a) => new URL(a.getAttribute("href")!, location.href).href));
      waiting.push(...links.filter((href) => new URL(href).origin === link.origin && !FLEETING.test(href)).map((href) => href.replace(/#.*/, "")));
    }
    expect(seen.size).toBeGreaterThan(10);
  });
}
