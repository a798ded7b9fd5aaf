//! The merge of two accounts of one person.

use std::collections::BTreeSet;

use axum::http::StatusCode;

use crate::access_tests::fill;
use crate::people::merge::server::rules::{Fate, RULES, all, fate};
use crate::people::own_data::server::holdings::HOLDINGS;
use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{enroll, hidden, user_id};

/// A site on which `learner` has something in most tables, with the browser of an admin.
async fn filled() -> TestSite {
    let site = TestSite::new().await;
    for (name, role) in [
        ("learner", UserRole::Learner),
        ("other", UserRole::Learner),
        ("tutor", UserRole::Tutor),
        ("elsewhere", UserRole::Tutor),
    ] {
        site.account(&format!("{name}@example.org"), role).await;
    }
    fill(&site).await;
    site
}

/// Merges the account with the address `other` into the one with the address `person`.
async fn merge(
    root: &mut Browser<'_>,
    site: &TestSite,
    (person, other): (&str, &str),
    agrees: bool,
) -> TestAnswer {
    let (kept, closed) = (user_id(site, person).await, user_id(site, other).await);
    let page = root
        .get(&format!("/admin/people/{kept}/merge?other={other}"))
        .await;
    page.assert_ok();
    if !page.body.contains("name=\"seen\"") {
        return page;
    }
    let seen = hidden(&page.body, "seen");
    let mut fields = vec![
        ("person", kept.as_str()),
        ("other", closed.as_str()),
        ("seen", &seen),
    ];
    if agrees {
        fields.push(("agrees", "true"));
    }
    root.post("merge/api/merge_accounts", &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_column_that_refers_to_a_person_has_a_rule_that_its_table_allows() {
    let site = TestSite::new().await;
    let listed: BTreeSet<(&str, &str)> = HOLDINGS
        .iter()
        .map(|holding| (holding.table, holding.column))
        .collect();
    for (table, column, _) in RULES {
        assert!(
            listed.contains(&(*table, *column)),
            "{table}.{column} refers to nobody"
        );
    }
    assert_eq!(all().len(), HOLDINGS.len());
    // A column of a unique index needs a rule for rows of both accounts.
    let unique = "select coalesce(string_agg(distinct i.indrelid::regclass || ' ' || a.attname, ','), '')
         from pg_index i
         join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
         join pg_constraint k on k.conrelid = i.indrelid and k.contype = 'f' and k.confrelid = 'users'::regclass
                             and a.attnum = any(k.conkey)
         where i.indisunique and a.attname <> 'organization_id'";
    for pair in site.test.text(unique).await.split(',') {
        let (table, column) = pair.split_once(' ').expect("a table and a column");
        assert_ne!(fate(table, column), Fate::Moved, "{pair} is unique");
    }
    // A table that refuses changes needs the trigger, or keeps its rows.
    let refusing = "select coalesce(string_agg(distinct t.tgrelid::regclass::text, ','), '')
         from pg_trigger t join pg_proc p on p.oid = t.tgfoid
         where not t.tgisinternal and p.proname like 'refuse%' and t.tgtype & 16 > 0";
    let refusing = site.test.text(refusing).await;
    for (table, column, fate) in all() {
        if refusing.split(',').any(|other| other == table) {
            let is_careful = matches!(fate, Fate::Evidence | Fate::Stays(_));
            assert!(is_careful, "{table}.{column} refuses changes");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_an_account_changes_hands_and_the_account_is_closed() {
    let site = filled().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let mut learner = site.sign_in("learner@example.org").await;
    site.account("twin@example.org", UserRole::Learner).await;
    let (from, into) = (
        user_id(&site, "learner@example.org").await,
        user_id(&site, "twin@example.org").await,
    );
    let graded = "update quiz_attempts set status = 'failed', score = 10, completed_at = now()";
    site.test.sql(graded).await;
    let mut before = Vec::new();
    for (table, column, fate) in all() {
        let count = format!("select count(*) from {table} where {column} = '{from}'");
        before.push((table, column, fate, site.test.count(&count).await));
    }
    let page = root
        .get(&format!(
            "/admin/people/{into}/merge?other=learner@example.org"
        ))
        .await
        .body;
    assert!(
        page.contains("Enrollments") && page.contains("Course certificates"),
        "{page}"
    );
    let done = merge(
        &mut root,
        &site,
        ("twin@example.org", "learner@example.org"),
        false,
    )
    .await;
    done.assert_ok();
    for (table, column, fate, count) in before {
        let of = async |person: &str| {
            let count = format!("select count(*) from {table} where {column} = '{person}'");
            site.test.count(&count).await
        };
        match fate {
            Fate::Stays(_) => {}
            Fate::Dropped => assert_eq!(of(&from).await, 0, "{table}.{column}"),
            _ => {
                assert_eq!(of(&from).await, 0, "{table}.{column}");
                assert!(of(&into).await >= count, "{table}.{column}");
            }
        }
    }
    let settings = learner.get("/settings").await;
    assert!(settings.header("location").starts_with("/sign-in"));
    let closed = format!("select count(*) from users where user_id = '{from}' and not is_active");
    assert_eq!(site.test.count(&closed).await, 1);
    let logged = "select string_agg(action, ' ' order by action) from audit_logs where action like 'user.merged%'";
    assert_eq!(site.test.text(logged).await, "user.merged user.merged_away");
    // The twin studies on, with the certificate.
    let mut twin = site.sign_in("twin@example.org").await;
    twin.get("/learn/open/t").await.assert_ok();
    assert!(twin.get("/certificates").await.body.contains("Open"));
    assert!(
        root.get(&format!("/admin/people/{into}"))
            .await
            .body
            .contains("user.merged")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_both_have_something_the_further_progress_is_kept() {
    let site = filled().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let mut other = site.sign_in("other@example.org").await;
    enroll(&mut other, "open").await;
    let both = "update enrollments set status = 'completed', completed_at = now()
         where user_id = (select user_id from users where email = 'learner@example.org');
         insert into topic_progress (user_id, topic_id, is_completed, completed_at, read_percent)
         select user_id, topic_id, email like 'learner%', case when email like 'learner%' then now() end, 10
         from users, topics where email in ('learner@example.org', 'other@example.org') and slug = 't'
         on conflict (user_id, topic_id) do update set is_completed = excluded.is_completed, completed_at = excluded.completed_at;
         insert into simulation_work (user_id, exercise_id, work)
         select user_id, exercise_id, email from users, simulation_exercises
         where email in ('learner@example.org', 'other@example.org') on conflict (user_id, exercise_id) do update set work = excluded.work;
         insert into learner_activity_days (user_id, course_id, day, opened, events)
         select user_id, course_id, date '2026-01-01', 2, 2 from users, courses
         where email in ('learner@example.org', 'other@example.org') and slug = 'open'";
    site.test.sql(both).await;
    merge(
        &mut root,
        &site,
        ("other@example.org", "learner@example.org"),
        false,
    )
    .await
    .assert_ok();
    let of_other = |what: &str, from: &str| {
        format!(
            "select {what} from {from} where user_id = (select user_id from users where email = 'other@example.org')"
        )
    };
    let status = of_other("string_agg(status::text, ' ')", "enrollments");
    assert_eq!(site.test.text(&status).await, "completed");
    let done = of_other("count(*) filter (where is_completed)", "topic_progress");
    assert_eq!(site.test.count(&done).await, 1);
    // Nobody's words are lost: one work stays with the closed account.
    let work = "select string_agg(work, ' ' order by work) from simulation_work";
    assert_eq!(
        site.test.text(work).await,
        "learner@example.org other@example.org"
    );
    let sums = of_other("sum(opened)", "learner_activity_days") + " and day = date '2026-01-01'";
    assert_eq!(site.test.count(&sums).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn some_accounts_are_not_merged_away_and_others_need_consent() {
    let site = filled().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let merges = "select count(*) from account_merges";
    let own = merge(
        &mut root,
        &site,
        ("other@example.org", "root@example.org"),
        true,
    )
    .await;
    assert!(
        own.body.contains("merge your own account away"),
        "{}",
        own.body
    );
    let same = merge(
        &mut root,
        &site,
        ("other@example.org", "other@example.org"),
        true,
    )
    .await;
    assert!(same.body.contains("the same account"));
    let (kept, own) = (
        user_id(&site, "other@example.org").await,
        user_id(&site, "root@example.org").await,
    );
    let forged = [
        ("person", kept.as_str()),
        ("other", own.as_str()),
        ("seen", ""),
    ];
    let forged = root.post("merge/api/merge_accounts", &forged).await;
    assert_eq!(forged.status, StatusCode::CONFLICT);
    site.account("second@example.org", UserRole::Admin).await;
    for other in ["second@example.org", "tutor@example.org"] {
        let unsure = merge(&mut root, &site, ("other@example.org", other), false).await;
        assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(site.test.count(merges).await, 0);
    for other in ["second@example.org", "tutor@example.org"] {
        merge(&mut root, &site, ("other@example.org", other), true)
            .await
            .assert_ok();
    }
    let role = "select role::text from users where email = 'other@example.org'";
    assert_eq!(site.test.text(role).await, "tutor");
    // An account that is used again can be merged again.
    site.test
        .sql("update users set is_active = true where email = 'second@example.org'")
        .await;
    let again = ("other@example.org", "second@example.org");
    merge(&mut root, &site, again, true).await.assert_ok();
    assert_eq!(site.test.count(merges).await, 3);
    let mut other = site.sign_in("other@example.org").await;
    other.get("/teach/open").await.assert_ok();
    // A page that is out of date merges nothing.
    let learner = user_id(&site, "learner@example.org").await;
    let stale = [
        ("person", kept.as_str()),
        ("other", learner.as_str()),
        ("seen", "x"),
    ];
    let stale = root.post("merge/api/merge_accounts", &stale).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
}
