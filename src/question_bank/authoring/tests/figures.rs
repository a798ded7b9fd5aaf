//! Figures of questions, computed from real attempts.

use super::*;
use crate::testing::{forecast, many_accounts, regrade_question, take};

#[tokio::test(flavor = "multi_thread")]
async fn figures_come_from_first_answers() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    let waiting = "select count(*) from uncounted_attempts";
    for (n, right) in [true, true, true, false].into_iter().enumerate() {
        let mut one = learner(&site, &format!("learner{n}@example.org")).await;
        take(&site, &mut one, "1", right).await;
        if !right {
            // The learner has learned the answer meanwhile, so the second attempt is not counted.
            take(&site, &mut one, "1", true).await;
        }
    }
    assert_eq!(site.test.count(waiting).await, 5);
    let list = tutor.get(LIST).await.body;
    assert!(list.contains("75%"), "{list}");
    assert_eq!(site.test.count(waiting).await, 0);
    assert_eq!(
        site.test
            .count("select count(*) from question_statistics where answers = 4 and facility = 0.75 and discrimination > 0.99 and not good_learners_fail")
            .await,
        2
    );
    let id = by_prompt(&site, "What swims?").await;
    let page = tutor.get(&format!("{LIST}/{id}")).await.body;
    assert!(
        page.contains("Statistics") && page.contains("Based on the first attempts of 4 learners")
    );
    assert!(page.contains("Pelicans") && page.contains("25%"));
    // No attempt is counted twice.
    tutor.get(LIST).await;
    assert_eq!(
        site.test.count("select count(*) from first_answers").await,
        8
    );
}

/// Forty learners, of whom the good ones get the question wrong.
#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_good_learners_get_wrong_is_flagged() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    many_accounts(&site, 40).await;
    // Learners with odd numbers get the first question right and the second wrong.
    let attempts = "
        insert into quiz_attempts (user_id, course_id, module_no, topic_pair_index, question_set, answers, passing_score_percent, partial_credit)
        select u.user_id, c.course_id, 1, 1,
               jsonb_build_object('version', 1, 'questions', jsonb_build_array(
                   jsonb_build_object('question_id', one.question_id), jsonb_build_object('question_id', two.question_id))),
               jsonb_build_object('0', jsonb_build_object('answer', jsonb_build_object('choice', jsonb_build_array(o.option_id)))), 70, false
        from users u, courses c, quiz_questions one, quiz_questions two, quiz_options o
        where u.username like 'many-%' and one.prompt = 'What swims?' and two.prompt = 'Two and two?'
          and o.question_id = one.question_id and o.is_correct = (right(u.username, 1) in ('1', '3', '5', '7', '9'));
        update quiz_attempts a set status = 'failed', score = 50, completed_at = now(),
            points = case when right(u.username, 1) in ('1', '3', '5', '7', '9') then '[1, 0]' else '[0, 1]' end::jsonb
        from users u where u.user_id = a.user_id";
    site.test.sql(attempts).await;
    let list = tutor.get(&format!("{LIST}?show=flagged")).await.body;
    assert!(
        list.contains("What swims?") && list.contains("badge danger\">Negative discrimination")
    );
    let id = by_prompt(&site, "What swims?").await;
    let page = tutor.get(&format!("{LIST}/{id}")).await.body;
    assert!(page.contains("Negative discrimination") && page.contains("-1.00"));
    assert!(page.contains("Bottom third"));
}

const FLAGGED: &str = "select count(*) from question_statistics where good_learners_fail";

/// Regrades the question by its present key, or in favor of everybody.
async fn regrade(site: &TestSite, tutor: &mut Browser<'_>, question: &str, ruling: &str) {
    let seen = forecast(tutor, question, ruling).await;
    let ordered = regrade_question(tutor, question, ruling, &seen).await;
    ordered.assert_ok();
    site.mails().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_key_clears_the_flag_and_a_regrade_is_counted() {
    let site = site().await;
    let mut tutor = tutor(&site, "tutor@example.org").await;
    for (n, right) in [true, true, true, false].into_iter().enumerate() {
        let mut one = learner(&site, &format!("learner{n}@example.org")).await;
        take(&site, &mut one, "1", right).await;
    }
    tutor.get(LIST).await;
    let id = by_prompt(&site, "What swims?").await;
    let figures = format!(
        "select string_agg(answers || ' ' || facility, '') from question_statistics where question_id = '{id}'"
    );
    assert_eq!(site.test.text(&figures).await, "4 0.75");
    site.test
        .sql(&format!(
            "update question_statistics set good_learners_fail = true where question_id = '{id}'"
        ))
        .await;

    // New wording keeps the figures. A new key starts them anew.
    let place = topic(&site, "begin").await;
    let now = |mark: &str, right: &str| -> Vec<(String, String)> {
        let fields = with(
            choice(&place, "What really swims?"),
            &[("id", &id), ("mark", mark), ("question[right][]", right)],
        );
        let texts = ["Pelicans", "Stones"];
        let mut at = 0;
        fields
            .into_iter()
            .filter(|field| field != &("question[texts][]", ""))
            .map(|(name, value)| {
                let value = match name {
                    "question[texts][]" => {
                        at += 1;
                        texts[at - 1]
                    }
                    _ => value,
                };
                (name.to_owned(), value.to_owned())
            })
            .collect()
    };
    for (right, flagged) in [("0", 1), ("1", 0)] {
        let mark = mark(&mut tutor, &id).await;
        let fields = now(&mark, right);
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let saved = save(&mut tutor, &fields).await;
        saved.assert_ok();
        assert_eq!(site.test.count(FLAGGED).await, flagged);
    }
    let page = tutor.get(&format!("{LIST}/{id}")).await.body;
    assert!(page.contains("The statistics started over"), "{page}");
    // Answers graded by the old key do not count until they are regraded by the new one.
    let change = "insert into uncounted_attempts (attempt_id, course_id) select attempt_id, course_id from quiz_attempts";
    site.test.sql(change).await;
    tutor.get(LIST).await;
    assert_eq!(
        site.test
            .count(&format!(
                "select count(*) from first_answers where question_id = '{id}'"
            ))
            .await,
        0
    );
    regrade(&site, &mut tutor, &id, "key").await;
    tutor.get(LIST).await;
    assert_eq!(site.test.text(&figures).await, "4 0.25");
    assert_eq!(site.test.count(FLAGGED).await, 0);
    regrade(&site, &mut tutor, &id, "everybody").await;
    tutor.get(LIST).await;
    assert_eq!(
        site.test
            .count(&format!(
                "select count(*) from question_statistics where question_id = '{id}'"
            ))
            .await,
        0,
        "what everybody gets says nothing"
    );
}
