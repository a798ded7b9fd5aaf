//! Tests of topics in Markdown: front matter, links, files, practice questions and narrations.

use super::Sketch;
use crate::course::StudyPersona;
use crate::course::server::draft::{BlockData, BlockKind, TopicBody};

const QUIZ: &str = "[[question]]\nkey = \"sum\"\nprompt = \"1 + 1?\"\ntype = \"short-answer\"\nanswers = [\"2\"]\n";

#[track_caller]
fn text_of(body: &TopicBody) -> &str {
    match body {
        TopicBody::Markdown(text) => text,
        TopicBody::Blocks(blocks) => panic!("{blocks:?}"),
    }
}

#[track_caller]
fn refuses(text: &str, place: &str) {
    Sketch::new()
        .with_text(text)
        .fails_with(&format!("01-start/01-hello.md:{place}"));
}

#[test]
fn paths_become_keys_of_files_wherever_they_are_written() {
    let text = "[![pic](img/a.svg)](data/x.csv \"img/a.svg\") and `![pic](img/a.svg)`\n\n\
        | ä \\| a | b |\n|---|---|\n| ö \\| `x` | ![t](<../top.png>) |\n\n[ref][r] *[em](data/x.csv)*\n\n```md\n![pic](img/a.svg)\n```\n\n[r]: data/x.csv\n";
    let sketch = Sketch::new()
        .with_text(text)
        .with("01-start/img/a.svg", "<svg/>")
        .with("01-start/data/x.csv", "1")
        .with("top.png", "x");
    let expected = "[![pic](file:01-start/img/a.svg)](file:01-start/data/x.csv \"img/a.svg\") and `![pic](img/a.svg)`\n\n\
        | ä \\| a | b |\n|---|---|\n| ö \\| `x` | ![t](<file:top.png>) |\n\n[ref][r] *[em](file:01-start/data/x.csv)*\n\n\
        ```md\n![pic](img/a.svg)\n```\n\n[r]: file:01-start/data/x.csv\n\n";
    assert_eq!(text_of(&sketch.first_topic().body), expected);
    let files = sketch.read().files;
    let keys: Vec<_> = files
        .iter()
        .map(|file| (file.key.as_str(), file.media_type.as_str()))
        .collect();
    let svg = ("01-start/img/a.svg", "image/svg+xml");
    assert_eq!(
        keys,
        [
            ("01-start/data/x.csv", "text/csv"),
            svg,
            ("top.png", "image/png")
        ]
    );
}

#[test]
fn paths_are_found_in_quotations_lists_and_broken_lines() {
    let text = "> - ä ![a\n>   b](x.svg)\n>\n>   ü [c](x.svg\n>   'title')\n\n1. ß[^1]\n\n[^1]: See [d](<x.svg>).\n";
    let topic = Sketch::new()
        .with_text(text)
        .with("01-start/x.svg", "<svg/>")
        .first_topic();
    assert_eq!(
        text_of(&topic.body),
        format!("{}\n", text.replace("x.svg", "file:01-start/x.svg"))
    );
}

#[test]
fn a_path_that_is_hidden_by_escapes_is_refused() {
    let sketch = Sketch::new()
        .with("01-start/a_b.svg", "<svg/>")
        .with("01-start/c.svg", "<svg/>");
    sketch
        .with_text("![c](c.svg)\n![x](a\\_b.svg)")
        .fails_with("01-start/01-hello.md:5: write the path 'a_b.svg' plainly, without escapes");
}

#[test]
fn links_are_checked() {
    let other = "+++\ntitle = \"Other\"\n+++\n\n## A heading\n";
    let good = "[a](topic:other) [b](topic:other#a-heading) [c](https://example.org) [d](#here) [e](mailto:a@b.org)\n\n## Here\n";
    let sketch = Sketch::new().with("01-start/02-other.md", other);
    sketch.with_text(good).read();
    let sketch = Sketch::new().with("01-start/02-other.md", other);
    let errors = sketch
        .with_text("[a](topic:othr)\n[b](topic:other#a-headng)\n[c](#nowhere)\n[d](javascript:alert)\n[e](02-other.md)\n[f]()")
        .errors();
    let at = |line: usize, message: &str| format!("01-start/01-hello.md:{line}: {message}");
    assert_eq!(
        errors,
        [
            at(4, "there is no topic 'othr'; did you mean 'other'?"),
            at(
                5,
                "there is no heading '#a-headng'; did you mean 'a-heading'?"
            ),
            at(6, "there is no heading '#nowhere'"),
            at(
                7,
                "'javascript:alert' is not a kind of address that a course may link to"
            ),
            at(
                8,
                "'02-other.md' is a text of the course: link to a topic by its key, as topic:KEY"
            ),
            at(9, "the link has no address"),
        ]
    );
}

#[test]
fn pictures_are_files_of_the_course() {
    refuses(
        "![x](https://example.org/x.png)",
        "4: the picture 'https://example.org/x.png' must be a file of the course: put it in the folder",
    );
    Sketch::new().with_text("![x](a.pdf)").with("01-start/a.pdf", "x").fails_with(
        "01-start/01-hello.md:4: 'a.pdf' must be a picture (.svg, .png, .jpg, .webp, .avif or .gif)",
    );
    Sketch::new().with_text("![x](imgs/a.svg)").with("01-start/img/a.svg", "x").with("description.md", "![x](01-start/img/a.svg)").fails_with(
        "01-start/01-hello.md:4: the file 'imgs/a.svg' does not exist; did you mean 'img/a.svg'?",
    );
    refuses(
        "x <img src=\"x.png\">",
        "4: 'src' in raw HTML is not allowed: write pictures in Markdown, and videos in the front matter or a layout",
    );
    refuses(
        "<p>\n<a href=\"x.html\">x</a>\n</p>",
        "5: write the link to 'x.html' in Markdown, not in raw HTML",
    );
    Sketch::new()
        .with_text("<a href=\"https://example.org\">x</a>")
        .read();
}

#[test]
fn raw_html_that_would_be_taken_out_is_refused() {
    refuses(
        "x\n\n<div>\n<script>alert(1)</script>\n</div>",
        "7: raw HTML can't have <script> here",
    );
    refuses(
        "a <b onclick=\"x()\">b</b>",
        "4: raw HTML can't have onclick here",
    );
    refuses(
        "<iframe>\n</iframe>",
        "4: raw HTML can't have <iframe> here",
    );
    refuses(
        "<div data-question=\"sum\"></div>",
        "4: write the place of a question as {{question KEY}}",
    );
    Sketch::new().with_text("<kbd>Ctrl</kbd> H<sub>2</sub>O\n\n<details>\n<summary>More</summary>\n\nx\n\n</details>").read();
}

#[test]
fn a_question_takes_its_place() {
    let sketch = Sketch::new()
        .with_quiz(QUIZ)
        .with_text("Try:\n{{question sum}}\nDone.\n\n```\n{{question sum}}\n```");
    let expected =
        "Try:\n\n<div data-question=\"sum\"></div>\n\nDone.\n\n```\n{{question sum}}\n```\n";
    assert_eq!(text_of(&sketch.first_topic().body), expected);
}

#[test]
fn questions_in_a_text_are_the_topics_own() {
    let with_quiz = |text: &str| Sketch::new().with_quiz(QUIZ).with_text(text);
    let at = |place: &str| format!("01-start/01-hello.md:{place}");
    with_quiz("{{question smu}}").fails_with(&at(
        "4: this topic has no question 'smu' in its .quiz.toml; did you mean 'sum'?",
    ));
    with_quiz("Try {{question sum}} now")
        .fails_with(&at("4: {{question KEY}} must stand alone on its line"));
    with_quiz("{{question}}")
        .fails_with(&at("4: write the place of a question as {{question KEY}}"));
    with_quiz("{{question sum}}\n\n{{question sum}}")
        .fails_with(&at("6: the question 'sum' is in this text twice"));
    with_quiz("{{qestion sum}}").fails_with(&at(
        "4: unknown '{{qestion}}': there is only {{question KEY}}",
    ));
    with_quiz("{{#include x.rs}}").fails_with(&at(
        "4: unknown '{{#include}}': there is only {{question KEY}}",
    ));
    with_quiz("A template says `{{question}}` and {{ name }}.").read();
    let exam = QUIZ.replace("prompt", "purpose = \"exam\"\nprompt");
    Sketch::new()
        .with_quiz(&exam)
        .with_text("{{question sum}}")
        .fails_with(&at(
            "4: the question 'sum' is kept for exams (purpose = \"exam\") and can't be shown here",
        ));
    Sketch::new()
        .with_quiz(QUIZ)
        .with("description.md", "x\n\n{{question sum}}\n")
        .fails_with("description.md:3: a practice question can stand only in the text of a topic");
}

#[test]
fn a_quiz_that_cant_be_read_is_not_held_against_its_topic() {
    let errors = Sketch::new()
        .with_quiz("[[question]]\nkey = \n")
        .with_text("{{question sum}}")
        .errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(
        errors[0].starts_with("01-start/01-hello.quiz.toml:2: "),
        "{errors:?}"
    );
}

#[test]
fn front_matter_is_required_and_strict() {
    let topic = |text: &str| Sketch::new().with("01-start/01-hello.md", text);
    let start = "01-start/01-hello.md:1: ";
    topic("Hello\n").fails_with(&format!(
        "{start}a topic begins with its front matter: a line +++, title = \"…\", a line +++"
    ));
    topic("+++\ntitle = \"x\"\n").fails_with(&format!(
        "{start}the front matter has no end: close it with a line +++"
    ));
    topic("+++\n+++\nx\n")
        .fails_with("01-start/01-hello.md:2: 'title' is missing in the front matter");
    topic("+++\ntitle = \"x\"\n+++\n\n").fails_with("01-start/01-hello.md:4: the text is empty");
    Sketch::new().with_front("vidio = \"x\"").fails_with(
        "01-start/01-hello.md:3: unknown key 'vidio' in the front matter; did you mean 'video'?",
    );
    Sketch::new().with_front("number = 1").fails_with(
        "01-start/01-hello.md:3: unknown key 'number' in the front matter; it can have draft, key, slides, title, video",
    );
    topic("+++\r\ntitle = \"x\"\r\n+++\r\nx\r\n").read();
}

#[test]
fn headings_begin_below_the_title() {
    let message =
        "a heading of level one is the title of the page, which is told elsewhere: begin with ##";
    refuses("\n# Title", &format!("5: {message}"));
    refuses("Title\n=====", &format!("4: {message}"));
}

#[test]
fn a_text_has_a_limit() {
    refuses(
        &"x".repeat(200_000),
        "4: the text has 200001 characters, more than the 200000 that it may have",
    );
}

#[test]
fn plain_videos_and_slides_are_addresses() {
    let topic = Sketch::new()
        .with_front("video = \"https://youtu.be/dQw4w9WgXcQ\"\nslides = \"deck.pdf\"")
        .with("01-start/deck.pdf", "x")
        .first_topic();
    assert_eq!(
        topic.video_url.as_deref(),
        Some("https://youtu.be/dQw4w9WgXcQ")
    );
    assert_eq!(topic.ppt_url.as_deref(), Some("file:01-start/deck.pdf"));
    assert_eq!(text_of(&topic.body), "\nWelcome.\n");
}

#[test]
fn captions_and_pages_become_blocks_in_every_narration() {
    let front = "slides = \"decks/a.md\"\n[video]\nsource = \"a.mp4\"\nposter = \"a.jpg\"\n\
        captions = [{ file = \"a.vtt\", language = \"en\", label = \"English\" }]";
    let topic = Sketch::new()
        .with_front(front)
        .with("01-start/a.mp4", "x")
        .with("01-start/a.jpg", "x")
        .with("01-start/a.vtt", "WEBVTT\n")
        .with(
            "01-start/decks/a.md",
            "One\n\n```\n---\n```\n\n---\n\n![x](../a.jpg)\n",
        )
        .with("01-start/01-hello.sports.md", "Kick-off.\n")
        .first_topic();
    assert_eq!((topic.video_url, topic.ppt_url), (None, None));
    for body in [&topic.body, &topic.narrations[&StudyPersona::Sports]] {
        let TopicBody::Blocks(blocks) = body else {
            panic!("{body:?}")
        };
        let kinds: Vec<_> = blocks.iter().map(|block| block.kind).collect();
        assert_eq!(kinds, [BlockKind::Video, BlockKind::Ppt, BlockKind::Text]);
        let Some(BlockData::Video {
            video,
            captions,
            poster,
            ..
        }) = &blocks[0].data
        else {
            panic!()
        };
        assert_eq!(
            (video.as_str(), poster.as_deref()),
            ("file:01-start/a.mp4", Some("file:01-start/a.jpg"))
        );
        assert_eq!(
            (captions[0].file.as_str(), captions[0].language.as_str()),
            ("file:01-start/a.vtt", "en")
        );
        let Some(BlockData::Ppt { slides }) = &blocks[1].data else {
            panic!()
        };
        assert_eq!(slides.len(), 2);
        assert_eq!(slides[1].trim(), "![x](file:01-start/a.jpg)");
    }
}

#[test]
fn videos_are_checked() {
    let at = |message: &str| format!("01-start/01-hello.md:3: {message}");
    Sketch::new()
        .with_front("video = \"http://example.org/a.mp4\"")
        .fails_with(&at("'http://example.org/a.mp4' must begin with https://"));
    Sketch::new()
        .with_front("video = \"https://vimeo.com/about\"")
        .fails_with(&at(
            "'https://vimeo.com/about' names no Vimeo video (its number is missing)",
        ));
    Sketch::new()
        .with_front("video = \"a.pdf\"")
        .with("01-start/a.pdf", "x")
        .fails_with(&at("'a.pdf' must be a video (.mp4 or .webm)"));
    let captions = "captions = [{ file = \"a.vtt\", language = \"en\", label = \"English\" }]";
    Sketch::new()
        .with_front(&format!(
            "video.source = \"https://vimeo.com/1\"\nvideo.{captions}"
        ))
        .with("01-start/a.vtt", "WEBVTT\n")
        .fails_with(&at(
            "videos of YouTube and Vimeo bring their own captions: leave 'captions' out",
        ));
    Sketch::new()
        .with_front(&format!("[video]\nsource = \"a.mp4\"\n{captions}"))
        .with("01-start/a.mp4", "x")
        .with("01-start/a.vtt", "1\n00:00\n")
        .fails_with(
            "01-start/01-hello.md:5: the caption file is not WebVTT: its first line must be WEBVTT",
        );
}

#[test]
fn narrations_stand_beside_their_topic() {
    let topic = Sketch::new()
        .with("01-start/01-hello.sports.md", "Kick-off.\n")
        .with("01-start/01-hello.adventure.md", "Set sail.\n")
        .first_topic();
    let told: Vec<_> = topic
        .narrations
        .iter()
        .map(|(persona, body)| (*persona, text_of(body)))
        .collect();
    assert_eq!(
        told,
        [
            (StudyPersona::Sports, "Kick-off.\n"),
            (StudyPersona::Adventure, "Set sail.\n")
        ]
    );
    Sketch::new().with("01-start/01-hello.cooking.md", "+++\ntitle = \"x\"\n+++\nx").fails_with(
        "01-start/01-hello.cooking.md:1: only a topic's own file has front matter; this one is a part of something else",
    );
    Sketch::new().with("01-start/01-hello.cooking.layout.toml", "").fails_with(
        "01-start/01-hello.cooking.layout.toml:1: only a topic that is a layout itself can have a narration as a layout: write it in Markdown",
    );
}
