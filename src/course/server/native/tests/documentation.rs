//! Tests of the texts that people copy from: the examples of docs/course-format.md and the courses
//! in content/.

use std::fs;
use std::path::Path;

use super::{Sketch, errors_of};
use crate::course::server::draft::{AnswerDraft, BlockKind, TopicBody};
use crate::course::server::native::limits;

fn documentation() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/course-format.md")).unwrap()
}

/// Returns the fenced examples in order.
fn examples(text: &str) -> Vec<String> {
    let mut examples = Vec::new();
    let mut fence: Option<(String, String)> = None;
    for line in text.lines() {
        match &mut fence {
            Some((mark, example)) if line == mark => {
                examples.push(std::mem::take(example));
                fence = None;
            }
            Some((_, example)) => {
                example.push_str(line);
                example.push('\n');
            }
            None if line.starts_with("```") => {
                let mark = line.chars().take_while(|c| *c == '`').collect();
                fence = Some((mark, String::new()));
            }
            None => {}
        }
    }
    examples
}

/// Returns the last example that contains a line.
fn example(line: &str) -> String {
    let examples = examples(&documentation());
    let found = examples
        .iter()
        .rev()
        .find(|example| example.lines().any(|written| written == line));
    found
        .unwrap_or_else(|| panic!("no example has the line {line}"))
        .clone()
}

fn full_example() -> Sketch {
    let prompts = example("[[cold_call]]") + &example("[[suggestion]]");
    let layout =
        example("title = \"The median\"") + &example("[asset.why-it-matters.pseudo_coder]");
    Sketch {
        files: Default::default(),
    }
    .with("course.toml", example("slug = \"trust\""))
    .with(
        "description.md",
        example("This course shows how little a course needs."),
    )
    .with("cover.svg", "<svg/>")
    .with(
        "01-averages/01-the-mean.md",
        example("source = \"https://vimeo.com/76979871\""),
    )
    .with(
        "01-averages/01-the-mean.cooking.md",
        example("One guest came with a bucket."),
    )
    .with(
        "01-averages/01-the-mean.quiz.toml",
        example("key = \"mean-of-three\""),
    )
    .with("01-averages/01-the-mean.prompts.toml", prompts)
    .with(
        "01-averages/01-the-mean.simulations.toml",
        example("[[simulation]]"),
    )
    .with("01-averages/02-the-median.layout.toml", layout)
    .with(
        "01-averages/02-the-median.quiz.toml",
        example("key = \"median-of-five\""),
    )
    .with("01-averages/img/house-prices.svg", "<svg/>")
    .with(
        "01-averages/parts/why-it-matters-code.md",
        "`sorted(values)[len(values) // 2]`\n",
    )
}

#[test]
fn the_smallest_example_is_a_course() {
    let course = Sketch {
        files: Default::default(),
    }
    .with("course.toml", example("slug = \"my-course\""))
    .with(
        "description.md",
        example("This course shows how little a course needs."),
    )
    .with("01-start/01-hello.md", example("title = \"Hello\""))
    .read();
    assert_eq!(course.title, "My course");
}

#[test]
fn the_full_example_is_a_course() {
    let course = full_example().read();
    assert_eq!(
        (course.price_cents, course.currency.as_str()),
        (1990, "EUR")
    );
    assert_eq!(course.thumbnail.as_deref(), Some("cover.svg"));
    let keys: Vec<_> = course.files.iter().map(|file| file.key.as_str()).collect();
    assert_eq!(keys, ["01-averages/img/house-prices.svg", "cover.svg"]);

    let [mean, median] = course.modules[0].topics.as_slice() else {
        panic!("two topics")
    };
    assert_eq!(
        (
            mean.questions.len(),
            mean.cold_calls.len(),
            mean.simulations.len()
        ),
        (7, 2, 1)
    );
    assert_eq!(
        mean.suggestions[0].follow_ups[0].follow_ups[0].prompt,
        "When would I use the geometric mean?"
    );
    let TopicBody::Blocks(blocks) = &mean.body else {
        panic!("a titled video needs a block")
    };
    assert_eq!(blocks[0].kind, BlockKind::Video);
    assert!(matches!(
        mean.questions[2].answer,
        AnswerDraft::ShortAnswer { .. }
    ));

    let TopicBody::Blocks(blocks) = &median.body else {
        panic!("a layout")
    };
    assert_eq!(blocks.len(), 4);
    assert_eq!(median.assets.len(), 4);
}

#[test]
fn the_table_of_limits_is_the_one_that_is_enforced() {
    let text = documentation();
    let table = text.split("## Limits").nth(1).unwrap().replace(',', "");
    for (row, limit) in [
        ("| a course folder |", limits::FILES),
        ("| `slug` keys", limits::KEY),
        ("| titles |", limits::TITLE),
        ("| summaries |", limits::SUMMARY),
        ("| `description.md` |", limits::DESCRIPTION),
        ("| `tags` |", limits::TAGS),
        ("| `tags` |", limits::TAG),
        ("| `authors` |", limits::AUTHORS),
        ("| `authors` |", limits::AUTHOR),
        ("| `outcomes` |", limits::OUTCOMES),
        ("| `outcomes` |", limits::OUTCOME),
        ("| `license` |", limits::LICENSE),
        ("| `price` |", limits::PRICE_CENTS as usize / 100),
        ("| modules topics per module |", limits::MODULES),
        ("| modules topics per module |", limits::TOPICS),
        ("| a topic's text", limits::TOPIC_TEXT),
        ("| blocks in a layout", limits::BLOCKS),
        ("| blocks in a layout", limits::SLIDES),
        ("| a slide a code block |", limits::SLIDE),
        ("| a slide a code block |", limits::CODE),
        ("| `alt` `caption`", limits::CAPTION),
        ("| caption files", limits::CAPTION_FILES),
        ("| questions per topic |", limits::QUESTIONS),
        ("| question `prompt`", limits::PROMPT),
        ("| `options` |", limits::OPTIONS),
        ("| `options` |", limits::OPTION),
        ("| `answers` |", limits::ANSWERS),
        ("| `answers` |", limits::ANSWER),
        ("| `items` `pairs` |", limits::ITEMS),
        ("| `items` `pairs` |", limits::ITEM),
        ("| `program` |", limits::PROGRAM),
        ("| `program` |", limits::OUTPUT),
        ("| cold calls", limits::COLD_CALLS),
        ("| cold calls", limits::COLD_CALL),
        ("| cold calls", limits::HELPER_TEXT),
        ("| suggestions", limits::SUGGESTIONS),
        ("| suggestions", limits::SUGGESTION_LEVELS),
        ("| suggestions", limits::SUGGESTION),
        ("| suggestions", limits::SUGGESTION_ANSWER),
        ("| simulations", limits::SIMULATIONS),
        ("| simulations", limits::BRIEF),
        ("| `rubric` |", limits::RUBRIC),
        ("| `rubric` |", limits::CRITERION),
        ("| a course folder |", limits::FOLDER_DEPTH),
        ("| `language` of code", limits::LANGUAGE),
        ("| addresses", limits::ADDRESS),
    ] {
        let is_written = |line: &str| {
            line.split(|c: char| !c.is_ascii_digit())
                .any(|word| word == limit.to_string())
        };
        let mut rows = table
            .lines()
            .filter(|line| line.starts_with(row))
            .peekable();
        assert!(rows.peek().is_some(), "no row {row}");
        assert!(rows.any(is_written), "{row} {limit}");
    }
}

#[test]
fn the_courses_of_this_repository_are_sound() {
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("content");
    let mut count = 0;
    for entry in fs::read_dir(content).unwrap() {
        let folder = entry.unwrap().path();
        if folder.is_dir() {
            let errors = errors_of(&folder);
            assert!(
                errors.is_empty(),
                "{}:\n{}",
                folder.display(),
                errors.join("\n")
            );
            count += 1;
        }
    }
    assert!(count > 0, "there is a demo course");
}
