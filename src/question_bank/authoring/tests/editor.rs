//! The form of a question: all problems at once, its rows, its types and its live preview.

use super::*;

/// Sends the form as a browser without JavaScript does, and returns the page that follows.
async fn sent(browser: &mut Browser<'_>, page: &str, fields: &[(&str, &str)]) -> String {
    let path = "authoring/api/save_question";
    browser.submit(page, path, fields).await;
    browser.get(page).await.body
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_question_tells_all_that_it_lacks() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let new = format!("{LIST}/new");
    let empty = with(
        choice("", ""),
        &[("question[difficulty]", "often"), ("question[right][]", "")],
    );
    let empty: Vec<(&str, &str)> = empty
        .into_iter()
        .filter(|(name, _)| *name != "question[texts][]")
        .collect();
    let page = sent(&mut tutor, &new, &empty).await;
    let (_, summary) = page.split_once("4 things to correct").expect(&page);
    let (summary, _) = summary.split_once("</ul>").unwrap();
    let mut rest = summary;
    // The list is in the order of the form, and each line leads to its field.
    for line in [
        ("ly-place", "Topic: Choose a topic."),
        ("ly-prompt", "Question: Enter the question text."),
        ("ly-row-0", "Answers or items: Enter at least two options."),
        (
            "ly-difficulty",
            "Estimated difficulty: Enter a percentage from 0 to 100.",
        ),
    ] {
        let (_, after) = rest
            .split_once(&format!("href=\"#{}\"", line.0))
            .expect(rest);
        assert!(after.contains(line.1), "{summary}");
        assert!(page.contains(&format!("id=\"{}\"", line.0)), "{}", line.0);
        rest = after;
    }
    let (_, list) = page.split_once("id=\"ly-problems\"").unwrap();
    let (list, _) = list.split_once('>').unwrap();
    assert!(
        list.contains("autofocus") && list.contains("tabindex=\"-1\""),
        "{list}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_type_loses_nothing_that_was_typed() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let place = topic(&site, "begin").await;
    let new = format!("{LIST}/new");
    let typed = with(
        choice(&place, "Kept?"),
        &[
            ("go", "kind"),
            ("question[kind]", "multiple_choice"),
            ("question[partners][]", "A partner"),
            ("question[accepted]", "An accepted answer"),
            ("question[tolerance]", "0.5"),
            ("question[program]", "fn main() {}"),
            ("question[prints]", "An output"),
        ],
    );
    for kind in [
        "multiple_choice",
        "tracing",
        "short_answer",
        "matching",
        "ordering",
    ] {
        let fields = with(typed.clone(), &[("question[kind]", kind)]);
        let page = sent(&mut tutor, &new, &fields).await;
        for text in [
            "Yes, `always`",
            "A partner",
            "An accepted answer",
            "value=\"0.5\"",
            "fn main() {}",
            "An output",
        ] {
            assert!(page.contains(text), "{kind} has lost {text}");
        }
    }
    // The right option of a single choice is the right one of a multiple choice.
    let page = sent(&mut tutor, &new, &typed).await;
    let (_, right) = page.split_once("name=\"question[several][]\"").unwrap();
    let (right, _) = right.split_once('>').unwrap();
    assert!(
        right.contains("checked") && !right.contains("hidden"),
        "{right}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_added_moved_and_removed_without_scripts() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let place = topic(&site, "begin").await;
    let new = format!("{LIST}/new");
    let go = |go| with(choice(&place, "Rows?"), &[("go", go)]);
    let focused = |page: &str| {
        let (before, _) = page
            .split_once(" autofocus")
            .expect("an element with the focus");
        let (_, element) = before.rsplit_once("id=\"").unwrap();
        element.split('"').next().unwrap().to_owned()
    };
    let texts = |page: &str| -> Vec<String> {
        let rows = page.split("name=\"question[texts][]\"").skip(1);
        let texts = rows.map(|row| row.split_once('>').unwrap().1);
        let texts = texts.map(|row| row.split_once("</textarea>").unwrap().0.to_owned());
        texts.collect()
    };
    let more = sent(&mut tutor, &new, &go("more")).await;
    assert_eq!(
        (texts(&more).len(), focused(&more).as_str()),
        (7, "ly-row-3")
    );
    let moved = sent(&mut tutor, &new, &go("down-0")).await;
    assert_eq!(texts(&moved), ["No", "Yes, `always`", ""]);
    assert_eq!(focused(&moved), "ly-down-1");
    let removed = sent(&mut tutor, &new, &go("remove-0")).await;
    assert_eq!(texts(&removed), ["No", ""]);
    assert_eq!(focused(&removed), "ly-row-0");
    // Nothing was saved.
    let all = "select count(*) from quiz_questions";
    assert_eq!(site.test.count(all).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_shows_what_is_typed_and_grades_only_what_is_complete() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let mut learner = learner(&site, "asha@example.org").await;
    let path = "authoring/api/preview_question";
    let fields = |go| {
        vec![
            ("course", "small"),
            ("go", go),
            ("question[kind]", "single_choice"),
            (
                "question[prompt]",
                "Is *this* seen?<script>alert(1)</script>",
            ),
            ("question[texts][]", "It `is`"),
        ]
    };
    let shown = tutor.post(path, &fields("preview")).await;
    shown.assert_ok();
    assert!(shown.body.contains("<em>this</em>") && shown.body.contains("<code>is</code>"));
    assert!(!shown.body.contains("<script"), "{}", shown.body);
    assert!(shown.body.contains("\"problems\":[]"), "{}", shown.body);
    let tried = tutor.post(path, &fields("try")).await.body;
    assert!(tried.contains("Enter at least two options.") && tried.contains("\"graded\":null"));
    // A text that is too long is shown in part, and every type has a preview while it is empty.
    let long = "x".repeat(50_000);
    let cut = tutor
        .post(
            path,
            &with(fields("preview"), &[("question[prompt]", &long)]),
        )
        .await;
    assert!(cut.body.len() < 30_000, "{}", cut.body.len());
    for kind in [
        "multiple_choice",
        "short_answer",
        "tracing",
        "ordering",
        "matching",
        "riddle",
    ] {
        let empty = [
            ("course", "small"),
            ("go", "preview"),
            ("question[kind]", kind),
        ];
        tutor.post(path, &empty).await.assert_ok();
    }
    assert_eq!(
        learner.post(path, &fields("try")).await.status,
        StatusCode::FORBIDDEN
    );
}
