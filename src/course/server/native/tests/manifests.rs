//! Tests of course.toml.

use super::{COURSE, Sketch};
use crate::course::server::draft::{CourseSettings, Level};

/// Returns the sketch with more lines at the top of its course.toml.
fn with_lines(lines: &str) -> Sketch {
    Sketch::new().with("course.toml", format!("{lines}\n{COURSE}"))
}

#[test]
fn everything_in_it_arrives() {
    let text = r#"slug = "numbers-2"
title = "Numbers"
summary = "About numbers."
language = "pt-BR"
level = "advanced"
tags = ["maths", "news"]
authors = ["Ada", "Grace"]
outcomes = ["Count."]
license = "CC0"
price = 49.9
currency = "USD"
cohort_only = true
thumbnail = "img/cover.png"

[settings]
gated = false
cooldown_days = 0
passing_score_percent = 100
questions_per_attempt = 20
seconds_per_question = "untimed"

[[module]]
folder = "01-start"
title = "Start"
summary = "First."
gates = false
"#;
    let course = Sketch::new()
        .with("course.toml", text)
        .with("img/cover.png", "x")
        .read();
    assert_eq!(
        (course.slug.as_str(), course.language.as_str(), course.level),
        ("numbers-2", "pt-BR", Level::Advanced)
    );
    assert_eq!(
        (course.tags, course.authors),
        (
            vec!["maths".to_owned(), "news".to_owned()],
            vec!["Ada".to_owned(), "Grace".to_owned()]
        )
    );
    assert_eq!(
        (course.outcomes, course.license),
        (vec!["Count.".to_owned()], Some("CC0".to_owned()))
    );
    assert_eq!(
        (
            course.price_cents,
            course.currency.as_str(),
            course.cohort_only
        ),
        (4990, "USD", true)
    );
    assert_eq!(course.thumbnail.as_deref(), Some("img/cover.png"));
    assert_eq!(course.files[0].media_type, "image/png");
    let settings = CourseSettings {
        gated: false,
        cooldown_days: 0,
        passing_score_percent: 100,
        questions_per_attempt: 20,
        seconds_per_question: None,
        ..CourseSettings::PACED
    };
    assert_eq!(course.settings, settings);
    assert_eq!(
        (course.modules[0].summary.as_str(), course.modules[0].gates),
        ("First.", false)
    );
}

#[test]
fn seconds_can_be_a_number_a_word_or_nought() {
    let seconds = |written: &str| {
        let text = format!("{COURSE}\n[settings]\nseconds_per_question = {written}\n");
        Sketch::new().with("course.toml", text)
    };
    assert_eq!(seconds("0").read().settings.seconds_per_question, None);
    assert_eq!(
        seconds("\"untimed\"").read().settings.seconds_per_question,
        None
    );
    assert_eq!(seconds("90").read().settings.seconds_per_question, Some(90));
    assert_eq!(
        seconds("1_0").read().settings.seconds_per_question,
        Some(10)
    );
    seconds("4").fails_with("course.toml:12: 'seconds_per_question' must be from 5 to 3600");
    seconds("\"slow\"").fails_with(
        "course.toml:12: 'seconds_per_question' is \"slow\", but must be one of \"untimed\"",
    );
}

#[test]
fn the_old_spelling_of_license_is_still_read() {
    let license = |lines: &str| with_lines(lines).read().license;
    assert_eq!(license("license = \"CC0\"").as_deref(), Some("CC0"));
    assert_eq!(license("licence = \"CC0\"").as_deref(), Some("CC0"));
    with_lines("licence = 1")
        .fails_with("course.toml:1: 'licence' must be a text in quotes, not an integer");
    with_lines("license = \"CC0\"\nlicence = \"MIT\"")
        .fails_with("course.toml:2: unknown key 'licence' in course.toml; did you mean 'license'?");
}

#[test]
fn unknown_keys_are_refused_at_every_level() {
    with_lines("licens = \"x\"")
        .fails_with("course.toml:1: unknown key 'licens' in course.toml; did you mean 'license'?");
    let settings = Sketch::new().with(
        "course.toml",
        format!("{COURSE}\n[settings]\ngate = true\n"),
    );
    settings.fails_with("course.toml:12: unknown key 'gate' in [settings]; did you mean 'gated'?");
    let module = Sketch::new().with("course.toml", format!("{COURSE}colour = \"red\"\n"));
    module.fails_with("course.toml:10: unknown key 'colour' in a module; it can have folder, gates, summary, title");
}

#[test]
fn wrong_types_are_named() {
    for (written, message) in [
        ("tags = \"maths\"", "'tags' must be a list, not a text"),
        (
            "tags = [1]",
            "'tags' must be a text in quotes, not an integer",
        ),
        (
            "cohort_only = \"yes\"",
            "'cohort_only' must be true or false, not a text",
        ),
        ("settings = 1", "'settings' must be a table, not an integer"),
        (
            "price = \"49\"",
            "'price' must be a number such as 49 or 49.90, not a text",
        ),
        (
            "license = 2024-01-01",
            "'license' must be a text in quotes, not a date",
        ),
        ("authors = [\"\"]", "'authors' is empty"),
        (
            "authors = [\"a\\nb\"]",
            "'authors' is plain text on one line: it may have no line breaks or control characters",
        ),
        ("authors = [\"a\", \"a\"]", "\"a\" is in 'authors' twice"),
        (
            "tags = [\"Big Words\"]",
            "the tag \"Big Words\" may have only lowercase letters, digits and hyphens",
        ),
        (
            "price = -1",
            "'price' must be from 0 to 100000, with at most two decimals",
        ),
        (
            "price = 1.999",
            "'price' must be from 0 to 100000, with at most two decimals",
        ),
        ("price = 10", "a price needs its 'currency'"),
        (
            "currency = \"EURO\"",
            "'currency' is \"EURO\", but must be a code of ISO 4217 such as \"EUR\"",
        ),
    ] {
        with_lines(written).fails_with(&format!("course.toml:1: {message}"));
    }
}

#[test]
fn texts_have_a_limit_in_characters() {
    let title = |length: usize| {
        Sketch::new().with(
            "course.toml",
            COURSE.replace("A sketch", &"ä".repeat(length)),
        )
    };
    title(120).read();
    title(121).fails_with(
        "course.toml:2: 'title' has 121 characters, more than the 120 that it may have",
    );
}

#[test]
fn slug_and_language_have_their_shapes() {
    let slug = COURSE.replace("slug = \"sketch\"", "slug = \"A Sketch\"");
    Sketch::new().with("course.toml", slug).fails_with(
        "course.toml:1: 'slug' is \"A Sketch\", but may have only lowercase letters, digits and single hyphens between them",
    );
    let language = COURSE.replace("\"en\"", "\"English\"");
    Sketch::new()
        .with("course.toml", language)
        .fails_with("course.toml:4: 'language' must be a language tag such as \"en\" or \"pt-BR\"");
}

#[test]
fn broken_toml_is_told_alone() {
    let errors = Sketch::new()
        .with("course.toml", "slug = \"a\"\ntitle = \n")
        .errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("course.toml:2: "), "{errors:?}");
    let errors = with_lines("slug = \"again\"").errors();
    assert!(
        errors[0].starts_with("course.toml:2: duplicate key"),
        "{errors:?}"
    );
}

#[test]
fn a_course_needs_its_two_files() {
    Sketch::new()
        .without("course.toml")
        .fails_with("course.toml: a course needs a course.toml at the top of its folder");
    Sketch::new().without("description.md").fails_with(
        "description.md: the course page's text is missing: write it into description.md",
    );
    Sketch::new()
        .with("description.md", " \n")
        .fails_with("description.md:1: description.md is empty");
}

#[test]
fn modules_name_folders_that_exist_once() {
    let typo = COURSE.replace("01-start", "01-strat");
    let errors = Sketch::new().with("course.toml", typo).errors();
    assert_eq!(
        errors[1],
        "course.toml:8: there is no folder '01-strat' beside course.toml; did you mean '01-start'?"
    );
    let twice = format!("{COURSE}\n[[module]]\nfolder = \"01-start\"\ntitle = \"Again\"\n");
    Sketch::new().with("course.toml", twice).fails_with(
        "course.toml:12: the folder '01-start' is already that of the module on line 8",
    );
    let empty = format!("{COURSE}\n[[module]]\nfolder = \"img\"\ntitle = \"Empty\"\n");
    Sketch::new()
        .with("course.toml", empty)
        .with("img/a.svg", "x")
        .with_text("![x](../img/a.svg)")
        .fails_with(
            "course.toml:12: the folder 'img' has no topic: a topic is a file NUMBER-NAME.md",
        );
    let none = COURSE.split("[[module]]").next().unwrap();
    let errors = Sketch::new().with("course.toml", none).errors();
    assert_eq!(
        errors[1],
        "course.toml:1: a course needs at least one [[module]]"
    );
}

#[test]
fn a_thumbnail_is_a_picture() {
    with_lines("thumbnail = \"a.pdf\"")
        .with("a.pdf", "x")
        .fails_with(
            "course.toml:1: 'a.pdf' must be a picture (.svg, .png, .jpg, .webp, .avif or .gif)",
        );
    with_lines("thumbnail = \"https://example.org/a.png\"").fails_with(
        "course.toml:1: 'thumbnail' must be the path of a picture (.svg, .png, .jpg, .webp, .avif or .gif)",
    );
}
