//! Import and export of question files.

use super::*;

const GIFT: &str = "::Capital:: What is the capital of France? {=Paris ~Lyon ~Nice #### It has been for long.}\n\n\
    ::Essay:: Write about Paris. {}\n\n\
    ::Sum:: Two and three? {#5}\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_imported_and_what_has_no_counterpart_is_listed() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let place = topic(&site, "begin").await;
    let fields = [
        ("course", "small"),
        ("place", place.as_str()),
        ("purpose", "both"),
    ];
    let page = outcome(&mut tutor, "paris.gift", &fields, GIFT.as_bytes()).await;
    assert!(page.contains("2 added, 0 updated, 0 unchanged"), "{page}");
    assert!(page.contains("Essay"), "what is left out is named");
    let from_file = "select count(*) from quiz_questions where external_key like 'file:paris@%' and purpose = 'both'";
    assert_eq!(site.test.count(from_file).await, 2);

    // The same file again adds nothing, and a changed question is updated in place.
    let page = outcome(&mut tutor, "paris (1).gift", &fields, GIFT.as_bytes()).await;
    assert!(page.contains("0 new, 0 changed, 2 unchanged"), "{page}");
    let other = GIFT.replace("Two and three? {#5}", "Three and three? {#6}");
    // One of the two questions may be another one, so the tutor says which file it is.
    let page = outcome(&mut tutor, "paris.gift", &fields, other.as_bytes()).await;
    assert!(page.contains("Choose below whether this file is a new version"));
    let update = ("paris.gift", "update");
    let page = outcome_as(&mut tutor, update, &fields, other.as_bytes()).await;
    assert!(page.contains("0 added, 1 updated, 1 unchanged"), "{page}");
    assert_eq!(site.test.count(from_file).await, 2);

    // A question edited here stays. Importing the course does not retire questions from files.
    let id = site
        .test
        .text("select question_id from quiz_questions where prompt like 'What is the capital%'")
        .await;
    let seen = mark(&mut tutor, &id).await;
    let edit = with(
        choice(&place, "Which is the capital?"),
        &[("id", &id), ("mark", &seen)],
    );
    assert_eq!(save(&mut tutor, &edit).await.status, StatusCode::OK);
    let page = outcome(&mut tutor, "paris.gift", &fields, other.as_bytes()).await;
    assert!(page.contains("1 kept as edited here"), "{page}");
    gated_course().import(&site).await;
    assert_eq!(
        site.test
            .count("select count(*) from quiz_questions where external_key like 'file:paris@%' and retired_at is null")
            .await,
        2
    );
    assert_eq!(
        site.test
            .count("select count(*) from audit_logs where action = 'questions.imported'")
            .await,
        2
    );
}

/// Equal file names and titles prove nothing: another topic's questions are different ones.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_about_another_topic_overwrites_nothing() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let (begin, late) = (topic(&site, "begin").await, topic(&site, "late").await);
    let fields = |place| [("course", "small"), ("purpose", "file"), ("place", place)];
    let (begin, late) = (begin.as_str(), late.as_str());
    outcome(&mut tutor, "quiz.gift", &fields(begin), GIFT.as_bytes()).await;
    let other = GIFT.replace("Two and three? {#5}", "Four and four? {#8}");
    let page = outcome(&mut tutor, "quiz.gift", &fields(late), other.as_bytes()).await;
    assert!(page.contains("2 added, 0 updated, 0 unchanged"), "{page}");
    let sums = "select count(*) from quiz_questions q join topics t using (topic_id)
        where (q.prompt, t.slug) in (('Two and three?', 'begin'), ('Four and four?', 'late'))";
    assert_eq!(site.test.count(sums).await, 2);
    // The report names questions that a file overwrites, and those that it no longer has.
    let without = other.replace(
        "::Capital:: What is the capital of France?",
        "::Town:: Which town?",
    );
    let changed = without.replace("Four and four? {#8}", "Five and four? {#9}");
    let update = ("quiz.gift", "update");
    let page = outcome_as(&mut tutor, update, &fields(late), changed.as_bytes()).await;
    assert!(page.contains("1 added, 1 updated, 0 unchanged"), "{page}");
    let (_, overwritten) = page.split_once("Updated (previous version)").unwrap();
    let (overwritten, missing) = overwritten.split_once("No longer in the file").unwrap();
    assert!(overwritten.contains("Four and four?"));
    assert!(missing.contains("What is the capital of France?"));
}

/// Files of different people at one place are kept apart too.
#[tokio::test(flavor = "multi_thread")]
async fn another_file_of_the_same_name_overwrites_nothing() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let place = topic(&site, "begin").await;
    let fields = [
        ("course", "small"),
        ("purpose", "file"),
        ("place", place.as_str()),
    ];
    let ours = "::Q1::First file, two and two? {=4 ~5}";
    let theirs = "::Q1::Second, quite another question? {=x ~y}";
    let changed = theirs.replace("=x", "=z");
    for (gift, same_name, expected) in [
        (ours, "", "1 added, 0 updated, 0 unchanged"),
        (theirs, "", "1 added, 0 updated, 0 unchanged"),
        (ours, "", "0 new, 0 changed, 1 unchanged"),
        (&changed, "", "This file can’t be imported yet"),
        (&changed, "update", "0 added, 1 updated, 0 unchanged"),
    ] {
        let as_told = ("quiz.gift", same_name);
        let page = outcome_as(&mut tutor, as_told, &fields, gift.as_bytes()).await;
        assert!(page.contains(expected), "{gift}: {page}");
    }
    // It may be another question or a correction of the same one.
    let third = "::Q1::First file, three and three? {=6 ~7}";
    let page = outcome(&mut tutor, "quiz.gift", &fields, third.as_bytes()).await;
    assert!(page.contains("Choose below whether this file is a new version"));
    let add = ("quiz.gift", "add");
    let page = outcome_as(&mut tutor, add, &fields, third.as_bytes()).await;
    assert!(page.contains("1 added, 0 updated"), "{page}");
    let all = "select count(*) from quiz_questions where external_key like 'file:quiz@%'";
    assert_eq!(site.test.count(all).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_shows_how_far_it_is_and_goes_on_where_it_stopped() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let place = topic(&site, "begin").await;
    let fields = [
        ("course", "small"),
        ("purpose", "file"),
        ("place", place.as_str()),
    ];
    let gift = many();
    let questions = "select count(*) from quiz_questions where external_key like 'file:many@%'";
    let page = preview(&mut tutor, "many.gift", &fields, gift.as_bytes()).await;
    let report = format!("{LIST}/import?import={}", hidden(&page.body, "preview"));
    let page = confirm_questions(&mut tutor, page).await.body;
    assert!(page.contains("0 of 250 questions"), "{page}");
    assert!(page.contains("<noscript><meta http-equiv=\"refresh\""));
    assert_eq!(site.test.count(questions).await, 0);
    // The page without a name shows the import, and `new` shows the form.
    let import = format!("{LIST}/import");
    assert!(tutor.get(&import).await.body.contains("0 of 250 questions"));
    let other = tutor.get(&format!("{import}?import=new")).await.body;
    assert!(other.contains("type=\"file\""), "{other}");
    let waiting = site
        .test
        .text("select questions from question_imports")
        .await;
    site.mails().await;
    assert_eq!(site.test.count(questions).await, 250);
    let page = tutor.get(&report).await.body;
    assert!(page.contains("250 added, 0 updated, 0 unchanged"), "{page}");
    let kept = "select count(*) from question_imports where questions is null and done = total";
    assert_eq!(site.test.count(kept).await, 1);
    // As if the server had stopped after the first hundred.
    site.test
        .sql(&format!(
            "update question_imports set done = 100, finished_at = null, questions = '{waiting}',
                report = jsonb_set(report, '{{added}}', '100');
             update background_jobs set status = 'PENDING', run_at = now(), finished_at = null
             where kind = 'import_questions'"
        ))
        .await;
    let page = tutor.get(&report).await.body;
    assert!(page.contains("100 of 250 questions"), "{page}");
    site.mails().await;
    assert_eq!(site.test.count(questions).await, 250);
    let page = tutor.get(&report).await.body;
    assert!(
        page.contains("100 added, 0 updated, 150 unchanged"),
        "{page}"
    );
    // After a job has failed, the page stops waiting.
    let change = "update question_imports set done = 100, finished_at = null;
        update background_jobs set status = 'FAILED' where kind = 'import_questions'";
    site.test.sql(change).await;
    let page = tutor.get(&report).await.body;
    assert!(page.contains("The import has stopped"), "{page}");
    assert!(page.contains("100 of 250 questions of many.gift"), "{page}");
    assert!(!tutor.get(&import).await.body.contains("many.gift"));
}

fn many() -> String {
    (0..250)
        .map(|number| format!("::n{number}::Is {number} a number? {{T}}\n\n"))
        .collect()
}

/// The questions of a file that waits are not stored yet, so nobody can tell whether another file
/// of its name is a new version of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_waits_for_another_of_its_name() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let place = topic(&site, "begin").await;
    let fields = [
        ("course", "small"),
        ("purpose", "file"),
        ("place", place.as_str()),
    ];
    outcome(&mut tutor, "many.gift", &fields, many().as_bytes()).await;
    let other = "::n1::Name a fish. {=cod}";
    let page = outcome(&mut tutor, "many (1).gift", &fields, other.as_bytes()).await;
    assert!(page.contains("A file of this name is still being imported. Wait"));
    let page = outcome(&mut tutor, "other.gift", &fields, other.as_bytes()).await;
    assert!(page.contains("1 added"), "{page}");
    site.mails().await;
    let page = outcome(&mut tutor, "many (1).gift", &fields, other.as_bytes()).await;
    assert!(page.contains("1 added, 0 updated"), "{page}");
    // A job that has failed for good stops no other file.
    let change = "update question_imports set finished_at = null;
        update background_jobs set status = 'FAILED' where kind = 'import_questions'";
    site.test.sql(change).await;
    let page = outcome(&mut tutor, "many.gift", &fields, other.as_bytes()).await;
    assert!(page.contains("0 new, 0 changed, 1 unchanged"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_stops_in_the_middle_is_counted_and_audited() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let place = topic(&site, "begin").await;
    let fields = [
        ("course", "small"),
        ("purpose", "file"),
        ("place", place.as_str()),
    ];
    outcome(&mut tutor, "many.gift", &fields, many().as_bytes()).await;
    let stopped = "select count(*) from audit_logs where action = 'questions.imported' and new_values ? 'stopped'";
    // As if the topic had gone after the first hundred questions.
    let change = "update question_imports set done = 100;
        update courses set question_count = 0;
        update topics set retired_at = now() where slug = 'begin'";
    site.test.sql(change).await;
    site.mails().await;
    assert_eq!(site.test.count(stopped).await, 1);
    let counted = "select count(*) from courses where question_count = 3";
    assert_eq!(site.test.count(counted).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_questions_of_a_file_never_update_the_same_question() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let place = topic(&site, "begin").await;
    let fields = [
        ("course", "small"),
        ("purpose", "file"),
        ("place", place.as_str()),
    ];
    let sum = "::Sum::Two and three? {#5}\n";
    outcome(&mut tutor, "sums.gift", &fields, sum.as_bytes()).await;
    let id = by_prompt(&site, "Two and three?").await;
    let both = format!("// [id:{id}]\n::All::Two and three, all in all? {{#5}}\n\n{sum}");
    let page = outcome(&mut tutor, "sums.gift", &fields, both.as_bytes()).await;
    assert!(page.contains("1 added, 1 updated, 0 unchanged"), "{page}");
    assert!(page.contains("this one was added as a new question"));
    let page = outcome(&mut tutor, "sums.gift", &fields, both.as_bytes()).await;
    assert!(page.contains("0 new, 0 changed, 2 unchanged"), "{page}");
    assert!(!page.contains("this one was added as a new question"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_comes_back_changes_only_what_was_changed_in_it() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let (begin, late) = (topic(&site, "begin").await, topic(&site, "late").await);
    let exam = with(
        choice(&late, "Which is kept for exams?"),
        &[("question[purpose]", "exam")],
    );
    assert_eq!(save(&mut tutor, &exam).await.status, StatusCode::OK);
    let fields = [
        ("course", "small"),
        ("place", begin.as_str()),
        ("purpose", "file"),
    ];
    let places = "select string_agg(prompt || module_no || coalesce(topic_pair_index, 0) || purpose || coalesce(external_key, ''), ', ' order by question_id) from quiz_questions";
    let before = site.test.text(places).await;
    let gift = tutor.get(&format!("{LIST}/export?format=gift")).await.body;
    let page = outcome(&mut tutor, "small.gift", &fields, gift.as_bytes()).await;
    assert!(page.contains("0 new, 0 changed, 4 unchanged"), "{page}");
    let typo = gift.replace("Three?", "How many are three?");
    let page = outcome(&mut tutor, "small.gift", &fields, typo.as_bytes()).await;
    assert!(page.contains("0 added, 1 updated, 3 unchanged"), "{page}");
    assert_eq!(
        site.test
            .text(places)
            .await
            .replace("How many are three?", "Three?"),
        before,
        "each stays where it was and what it was for"
    );
    // A change by the file is not undone by the course's folder.
    gated_course().import(&site).await;
    let changed = "select count(*) from quiz_questions where prompt = 'How many are three?'";
    assert_eq!(site.test.count(changed).await, 1);
    // The question is edited here now, so another file no longer changes it.
    let page = outcome(&mut tutor, "small.gift", &fields, gift.as_bytes()).await;
    assert!(page.contains("1 kept as edited here"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_can_not_be_read_changes_nothing() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let mut other = site.signed_in("other@example.org", UserRole::Tutor).await;
    let place = topic(&site, "begin").await;
    let fields = [
        ("course", "small"),
        ("place", place.as_str()),
        ("purpose", "quiz"),
    ];
    let refused = upload_questions(&mut other, "paris.gift", &fields, GIFT.as_bytes()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let out = upload_questions(&mut site.visitor(), "paris.gift", &fields, GIFT.as_bytes()).await;
    assert!(out.header("location").starts_with("/sign-in"));
    let bomb = b"<?xml version=\"1.0\"?><!DOCTYPE q [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><quiz>&b;</quiz>";
    let large = vec![b'x'; 6 * 1024 * 1024];
    for (name, content) in [
        ("empty.gift", &b""[..]),
        ("noise.bin", &b"\xff\xfe\x00\x01"[..]),
        ("bomb.xml", &bomb[..]),
        ("cut.xml", &b"<quiz><question type=\"multichoice\">"[..]),
        ("huge.gift", &large),
    ] {
        let sent = upload_questions(&mut tutor, name, &fields, content).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{name}: {}", sent.body);
        // A body that is too large is refused before its course is read.
        let page = tutor.get(&format!("{LIST}/import")).await.body;
        assert!(page.contains("Nothing was imported"), "{name}");
    }
    for wrong in [
        ("place", "topic:none"),
        ("purpose", "fun"),
        ("place", "module:1"),
    ] {
        let fields = with(fields.to_vec(), &[wrong]);
        let page = outcome(&mut tutor, "paris.gift", &fields, GIFT.as_bytes()).await;
        assert!(page.contains("Nothing was imported"), "{wrong:?}");
    }
    assert_eq!(
        site.test.count("select count(*) from quiz_questions").await,
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_sent_out_as_they_are_listed() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let all = tutor.get(&format!("{LIST}/export?format=gift")).await;
    assert_eq!(
        all.header("content-disposition"),
        "attachment; filename=\"small.gift\""
    );
    assert!(all.body.contains("What swims?") && all.body.contains("Three?"));
    let some = tutor
        .get(&format!("{LIST}/export?format=gift&topic=late"))
        .await;
    assert!(!some.body.contains("What swims?") && some.body.contains("Three?"));
    let package = tutor.get(&format!("{LIST}/export?format=qti")).await;
    assert_eq!(package.header("content-type"), "application/zip");
    assert!(package.body.starts_with("PK"));
    let unknown = tutor.get(&format!("{LIST}/export?format=doc")).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
}
