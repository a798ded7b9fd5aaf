// The courses that the tests need beside the demo: it once more with everything open, for what stands behind its gates, and
// one whose quiz leaves five seconds.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const ungated = join(root, "var/test/ungated");
rmSync(ungated, { recursive: true, force: true });
cpSync(join(root, "content/how-to-trust-a-number"), ungated, { recursive: true });
const manifest = join(ungated, "course.toml");
const text = readFileSync(manifest, "utf8")
  .replace('slug = "how-to-trust-a-number"', 'slug = "open-to-all"')
  .replace('title = "How to trust a number"', 'title = "Open to all"')
  .replace("gated = true", "gated = false");
writeFileSync(manifest, text);

const hurry = join(root, "var/test/hurry");
rmSync(hurry, { recursive: true, force: true });
mkdirSync(join(hurry, "one"), { recursive: true });
const write = (name, lines) => writeFileSync(join(hurry, name), `${lines.join("\n")}\n`);
write("description.md", ["A question that does not wait."]);
write("course.toml", [
  'slug = "in-a-hurry"',
  'title = "In a hurry"',
  'summary = "One topic, one question, five seconds."',
  'language = "en"',
  'level = "beginner"',
  "",
  "[settings]",
  "seconds_per_question = 5",
  "",
  "[[module]]",
  'title = "Only one"',
  'folder = "one"',
]);
write("one/01-quick.md", ["+++", 'title = "Quick"', "+++", "", "Six times seven is forty-two."]);
write("one/01-quick.quiz.toml", [
  "[[question]]",
  'key = "product"',
  'type = "short-answer"',
  'prompt = "Six times seven?"',
  'answers = ["42"]',
  'explanation = "Seven sixes."',
]);
