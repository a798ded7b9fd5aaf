//! The question list: access, search, order, repeated imports of the course, and settings.

use super::*;
use crate::testing::statements;

#[tokio::test(flavor = "multi_thread")]
async fn a_course_is_its_own_tutors_and_admins_to_write() {
    let site = site().await;
    let mut own = tutor(&site, "tutor@example.org").await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    let mut other = site.signed_in("other@example.org", UserRole::Tutor).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let id = by_prompt(&site, "What swims?").await;
    for path in [
        LIST.to_owned(),
        format!("{LIST}/new"),
        format!("{LIST}/{id}"),
        format!("{LIST}/import"),
        format!("{LIST}/export?format=gift"),
        format!("{LIST}/export?format=qti"),
        "/teach/small/settings".to_owned(),
    ] {
        assert_eq!(own.get(&path).await.status, StatusCode::OK, "{path}");
        assert_eq!(admin.get(&path).await.status, StatusCode::OK, "{path}");
        for stranger in [&mut other, &mut asha] {
            let answer = stranger.get(&path).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
            assert!(!answer.body.contains("Pelicans") && !answer.body.contains("What swims?"));
        }
        let out = site.visitor().get(&path).await;
        assert!(out.status.is_redirection(), "{path}: {}", out.status);
    }
    // Another course's question is not found.
    CourseBuilder::new("theirs")
        .module("M")
        .topic("t")
        .import(&site)
        .await;
    let change = "update quiz_questions set course_id = (select course_id from courses where slug = 'theirs'), topic_id = null where prompt = 'What swims?'";
    site.test.sql(change).await;
    assert_eq!(
        own.get(&format!("{LIST}/{id}")).await.status,
        StatusCode::NOT_FOUND
    );
    let place = topic(&site, "begin").await;
    let stolen = with(choice(&place, "Mine?"), &[("id", &id)]);
    assert_eq!(save(&mut own, &stolen).await.status, StatusCode::NOT_FOUND);
    let fields = [
        ("course", "small"),
        ("id", id.as_str()),
        ("retired", "true"),
    ];
    let retired = own.post("authoring/api/retire_question", &fields).await;
    assert_eq!(retired.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_found_by_what_they_are() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let place = topic(&site, "late").await;
    let exam = with(
        choice(&place, "100 % sure_?"),
        &[("question[purpose]", "exam")],
    );
    assert_eq!(save(&mut tutor, &exam).await.status, StatusCode::OK);
    let found = |body: &str| {
        ["What swims?", "Two and two?", "Three?", "100 % sure_?"]
            .map(|prompt| body.contains(prompt))
    };
    for (asked, expected) in [
        ("", [true, true, true, true]),
        ("?q=two", [false, true, false, false]),
        ("?q=T%C5%B4%C3%93", [false, true, false, false]),
        ("?q=100+%25+sure_", [false, false, false, true]),
        ("?q=%25", [false, false, false, true]),
        ("?q=%00", [true, true, true, true]),
        ("?q='; drop table users", [false, false, false, false]),
        ("?kind=short_answer", [false, true, true, false]),
        ("?purpose=exam", [false, false, false, true]),
        ("?topic=late", [false, false, true, true]),
        (
            "?topic=begin&kind=single_choice",
            [true, false, false, false],
        ),
        ("?module=2", [false, false, false, false]),
        ("?module=x", [false, false, false, false]),
        ("?show=retired", [false, false, false, false]),
        ("?show=flagged", [false, false, false, false]),
        (
            "?after=11111111-1111-1111-1111-111111111111",
            [false, false, false, false],
        ),
    ] {
        let page = tutor
            .get(&format!("{LIST}{}", asked.replace(' ', "+")))
            .await;
        assert_eq!(page.status, StatusCode::OK, "{asked}");
        let list = page.body.split_once("role=\"status\"").unwrap().1;
        let list = list.split_once("<script").map_or(list, |(list, _)| list);
        assert_eq!(found(list), expected, "{asked}");
    }
    let list = tutor.get(LIST).await.body;
    assert!(list.contains("Select all of 1.1 begin") && list.contains("Select all of 1.3 late"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_comes_in_pages_and_asks_as_often_as_a_short_one() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let few = statements(&site, &mut tutor, LIST).await;
    let change = "insert into quiz_questions (course_id, module_no, topic_pair_index, question_type, prompt, prompt_html, payload, order_index)
        select c.course_id, 1, 1 + n % 2, 'short_answer', 'Number ' || n, 'Number ' || n || '.',
        '{\"version\": 1, \"type\": \"short_answer\", \"accepted\": [\"x\"]}', n
        from courses c, generate_series(101, 220) n where slug = 'small'";
    site.test.sql(change).await;
    let many = statements(&site, &mut tutor, LIST).await;
    assert!(many <= few && many <= 20, "{many} statements, {few} before");

    // Forward through all pages, and back again.
    let mut seen = Vec::new();
    let mut path = LIST.to_owned();
    let link = |body: &str, rel: &str| {
        let (before, _) = body.split_once(&format!("rel=\"{rel}\""))?;
        let (_, href) = before.rsplit_once("href=\"")?;
        Some(href.split('"').next()?.replace("&amp;", "&"))
    };
    let numbers = |body: &str| -> Vec<String> {
        body.split(">Number ")
            .skip(1)
            .filter_map(|rest| rest.split_once('.').map(|(number, _)| number.to_owned()))
            .filter(|number| number.len() == 3)
            .collect()
    };
    let mut back = None;
    for _ in 0..4 {
        let body = tutor.get(&path).await.body;
        assert!(body.contains("123 questions"));
        seen.extend(numbers(&body));
        back = link(&body, "prev");
        match link(&body, "next") {
            Some(next) => path = next,
            None => break,
        }
    }
    assert_eq!(seen.len(), 120);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 120);
    let body = tutor.get(&back.unwrap()).await.body;
    assert!(link(&body, "next").is_some() && link(&body, "prev").is_some());
}

async fn order(site: &TestSite) -> Vec<String> {
    let all = "select string_agg(prompt, '|' order by order_index, question_id) from quiz_questions
        where topic_pair_index = 1 and module_no = 1 and retired_at is null";
    let all = site.test.text(all).await;
    all.split('|').map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_a_quiz_is_its_authors() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    // A question of the same quiz about another topic moves apart from these.
    let middle = topic(&site, "middle").await;
    save(&mut tutor, &choice(&middle, "Apart?")).await;
    let place = topic(&site, "begin").await;
    save(&mut tutor, &choice(&place, "Last?")).await;
    let apart = by_prompt(&site, "Apart?").await;
    for step in ["up", "down"] {
        let which = format!("{step}-{apart}");
        let fields = [("course", "small"), ("which", which.as_str())];
        tutor
            .post("authoring/api/move_question", &fields)
            .await
            .assert_ok();
    }
    let change = "update quiz_questions set retired_at = now() where prompt = 'Apart?'";
    site.test.sql(change).await;
    assert_eq!(order(&site).await, ["What swims?", "Two and two?", "Last?"]);
    let last = by_prompt(&site, "Last?").await;
    let up = format!("up-{last}");
    let fields = [
        ("course", "small"),
        ("which", up.as_str()),
        ("query[module]", "1"),
    ];
    let moved = tutor.post("authoring/api/move_question", &fields).await;
    let next = moved.header("x-redirect");
    assert_eq!(next, format!("{LIST}?module=1&moved=up-{last}"));
    assert!(tutor.get(next).await.body.contains("autofocus"));
    assert_eq!(order(&site).await, ["What swims?", "Last?", "Two and two?"]);

    // Two tabs at once: both moves count, and a move beyond the first position does nothing.
    let tabs = (0..4).map(|_| {
        let mut tab = tutor.tab();
        let up = up.clone();
        async move {
            let fields = [("course", "small"), ("which", up.as_str())];
            tab.post("authoring/api/move_question", &fields)
                .await
                .status
        }
    });
    for status in futures::future::join_all(tabs).await {
        assert_eq!(status, StatusCode::OK);
    }
    assert_eq!(order(&site).await, ["Last?", "What swims?", "Two and two?"]);
    assert_eq!(
        site.test
            .count("select count(distinct order_index) from quiz_questions where topic_pair_index = 1 and module_no = 1 and retired_at is null")
            .await,
        3
    );
    // Importing the course again keeps the order.
    let down = format!("down-{}", by_prompt(&site, "What swims?").await);
    tutor
        .post(
            "authoring/api/move_question",
            &[("course", "small"), ("which", &down)],
        )
        .await;
    gated_course().import(&site).await;
    assert_eq!(order(&site).await, ["Last?", "Two and two?", "What swims?"]);
    let nonsense = [("course", "small"), ("which", "sideways")];
    let refused = tutor.post("authoring/api/move_question", &nonsense).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn importing_the_course_leaves_what_was_edited_here() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let place = topic(&site, "begin").await;
    let id = by_prompt(&site, "What swims?").await;
    let seen = mark(&mut tutor, &id).await;
    // Saving without a change does not mark the question as edited.
    let same = with(
        choice(&place, "What swims?"),
        &[
            ("id", &id),
            ("mark", &seen),
            ("question[explanation]", "They do."),
            ("question[shuffle]", "on"),
        ],
    );
    let same: Vec<(&str, &str)> = same
        .into_iter()
        .map(|(name, value)| match value {
            "Yes, `always`" => (name, "Pelicans"),
            "No" => (name, "Stones"),
            value => (name, value),
        })
        .collect();
    assert_eq!(save(&mut tutor, &same).await.status, StatusCode::OK);
    let edited = "select count(*) from quiz_questions where edited_at is not null";
    assert_eq!(site.test.count(edited).await, 0);
    let edit = with(
        choice(&place, "What floats?"),
        &[("id", &id), ("mark", &seen)],
    );
    assert_eq!(save(&mut tutor, &edit).await.status, StatusCode::OK);
    assert_eq!(site.test.count(edited).await, 1);
    gated_course().import(&site).await;
    assert_eq!(by_prompt(&site, "What floats?").await, id);
    assert_eq!(
        site.test
            .count("select count(*) from quiz_questions where retired_at is null")
            .await,
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tutors_set_how_quizzes_go() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let page = tutor.get("/teach/small/settings").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("value=\"20\"") && page.body.contains("value=\"70\""));
    let fields = [
        ("course", "small"),
        ("settings[questions_per_attempt]", "1"),
        ("settings[passing_score_percent]", "55"),
        ("settings[seconds_per_question]", ""),
        ("settings[attempts_allowed]", "3"),
        ("settings[retry_wait_minutes]", "10"),
        ("settings[cooldown_days]", "0"),
        ("settings[is_gated]", "true"),
    ];
    let wrong = with(
        fields.to_vec(),
        &[("settings[questions_per_attempt]", "21")],
    );
    let refused = tutor
        .submit(
            "/teach/small/settings",
            "settings/api/save_quiz_settings",
            &wrong,
        )
        .await;
    assert_eq!(refused.header("location"), "/teach/small/settings");
    let page = tutor.get("/teach/small/settings").await.body;
    assert!(page.contains("Enter a whole number from 1 to 20.") && page.contains("value=\"21\""));
    assert_eq!(
        site.test
            .count("select count(*) from course_quiz_settings")
            .await,
        0
    );
    let saved = tutor.post("settings/api/save_quiz_settings", &fields).await;
    saved.assert_ok();
    // Importing the course again keeps the settings.
    gated_course().import(&site).await;
    let mut asha = learner(&site, "asha@example.org").await;
    let terms = asha.get("/learn/small/quiz/1/1").await.body;
    assert!(terms.contains("One question") && terms.contains("55% to pass"));
    assert!(terms.contains("no time limit") && terms.contains("You have 3 attempts left."));
    assert_eq!(
        site.test
            .count("select count(*) from audit_logs where action = 'course.quiz_settings'")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_written_here_follow_their_topic_when_the_course_comes_again() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let change = "insert into topics (course_id, module_no, topic_number, slug, title)
        select course_id, 1, 9, 'gone', 'Gone' from courses where slug = 'small'";
    site.test.sql(change).await;
    let (late, gone) = (topic(&site, "late").await, topic(&site, "gone").await);
    for (place, prompt) in [(&late, "Is it late?"), (&gone, "Is it gone?")] {
        assert_eq!(
            save(&mut tutor, &choice(place, prompt)).await.status,
            StatusCode::OK
        );
    }
    // As if the topic had been in another place.
    let change = "update quiz_questions set module_no = 2, topic_pair_index = 7 where prompt = 'Is it late?'";
    site.test.sql(change).await;
    gated_course().import(&site).await;
    let standing = "select string_agg(prompt || ' ' || module_no || '.' || topic_pair_index || coalesce(' retired' || left(retired_at::text, 0), ''), ', ' order by prompt)
        from quiz_questions where prompt like 'Is it%'";
    assert_eq!(
        site.test.text(standing).await,
        "Is it gone? 1.5 retired, Is it late? 1.2"
    );
    // A question that a person brings back stays in use.
    let id = by_prompt(&site, "Is it gone?").await;
    let fields = [
        ("course", "small"),
        ("id", id.as_str()),
        ("retired", "false"),
    ];
    let back = tutor.post("authoring/api/retire_question", &fields).await;
    assert_eq!(back.status, StatusCode::OK);
    gated_course().import(&site).await;
    assert_eq!(
        site.test.text(standing).await,
        "Is it gone? 1.5, Is it late? 1.2"
    );
}
