// Prepares the courses that the tests need besides the demo. One is the demo without gates, one
// has a quiz with a time limit of fifteen seconds, and one a quiz of items to order and to match.
// One has no questions, and a module for each test that writes some. In one a model answers. One
// has sixty exercises whose work is handed in.
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

let folder = "";
const begin = (name, ...modules) => {
  folder = join(root, "var/test", name);
  rmSync(folder, { recursive: true, force: true });
  for (const module of modules) mkdirSync(join(folder, module), { recursive: true });
};
const write = (name, lines) => writeFileSync(join(folder, name), `${lines.join("\n")}\n`);

begin("hurry", "one");
write("description.md", ["A question that does not wait."]);
write("course.toml", [
  'slug = "in-a-hurry"',
  'title = "In a hurry"',
  'summary = "One topic, one question, fifteen seconds."',
  'language = "en"',
  'level = "beginner"',
  "",
  "[settings]",
  "seconds_per_question = 15",
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

begin("sorting", "one");
write("description.md", ["Items to order and to match."]);
write("course.toml", [
  'slug = "to-be-sorted"',
  'title = "To be sorted"',
  'summary = "One topic, two questions."',
  'language = "en"',
  'level = "beginner"',
  "",
  "[[module]]",
  'title = "Only one"',
  'folder = "one"',
]);
write("one/01-sorting.md", ["+++", 'title = "Sorting"', "+++", "", "A comes before B."]);
write("one/01-sorting.quiz.toml", [
  "[[question]]",
  'key = "numbers"',
  'type = "ordering"',
  'prompt = "Order the numbers, the smallest first."',
  'items = ["Three", "Five", "Eight", "Thirteen"]',
  'explanation = "Each is the sum of the two before it."',
  "",
  "[[question]]",
  'key = "capitals"',
  'type = "matching"',
  'prompt = "Match each country with its capital."',
  'pairs = [["France", "Paris"], ["Italy", "Rome"], ["Japan", "Tokyo"]]',
]);

const modules = ["desktop", "desktop-plain", "phone", "phone-plain", "desktop-several", "phone-several"];
begin("unwritten", ...modules);
write("description.md", ["Its questions are still to be written."]);
write("course.toml", [
  'slug = "to-be-written"',
  'title = "To be written"',
  'summary = "Six topics, no question."',
  'language = "en"',
  'level = "beginner"',
  "",
  "[settings]",
  "gated = false",
  ...modules.flatMap((name) => ["", "[[module]]", `title = "Module ${name}"`, `folder = "${name}"`]),
]);
for (const name of modules) write(`${name}/01-${name}.md`, ["+++", `title = "About ${name}"`, "+++", "", "Little to say."]);

begin("modeled", "one");
write("description.md", ["A course in which a language model answers."]);
write("course.toml", [
  'slug = "with-a-model"',
  'title = "With a model"',
  'summary = "One topic about a lighthouse."',
  'language = "en"',
  'level = "beginner"',
  "",
  "[settings]",
  "gated = false",
  "",
  "[[module]]",
  'title = "Only one"',
  'folder = "one"',
]);
write("one/01-lighthouse.md", [
  "+++",
  'title = "The lighthouse"',
  "+++",
  "",
  "The lighthouse of Ruvo was lit in 1871. Its lamp burns rape oil, because whale oil was too dear. The keeper climbs 212 steps each night, and writes the weather into a book.",
]);

const topics = ["a", "b", "c", "d", "e", "f"];
begin("marked", "one");
write("description.md", ["Sixty works for one tutor."]);
write("course.toml", [
  'slug = "to-be-marked"',
  'title = "To be marked"',
  'summary = "Six topics with ten exercises each."',
  'language = "en"',
  'level = "beginner"',
  "",
  "[settings]",
  "gated = false",
  "",
  "[[module]]",
  'title = "Only one"',
  'folder = "one"',
]);
for (const [at, topic] of topics.entries()) {
  const name = `one/0${at + 1}-${topic}`;
  write(`${name}.md`, ["+++", `title = "Topic ${topic}"`, "+++", "", "Little to say."]);
  const exercises = Array.from({ length: 10 }, (_, number) => [
    "[[simulation]]",
    `key = "${topic}-${number}"`,
    `title = "Exercise ${topic}${number}"`,
    'difficulty = "beginner"',
    'brief = "Write a sentence."',
    'rubric = ["It is a sentence."]',
    "",
    "[simulation.hand_in]",
    'criteria = ["Begins: No 0 | Partly 1 | Yes 2", "Ends: No 0 | Partly 1 | Yes 2", "Is short: No 0 | Partly 1 | Yes 2"]',
    "",
  ]);
  write(`${name}.simulations.toml`, exercises.flat());
}
