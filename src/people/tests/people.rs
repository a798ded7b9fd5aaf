//! The list of people.

use std::time::{Duration, Instant};

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestSite};

async fn many(site: &TestSite, count: usize) {
    let people = format!(
        "insert into users (email, display_name, username, role, is_active, email_confirmed_at)
         select 'p' || n || '@many.example', 'Person ' || lpad(n::text, 6, '0'), 'p' || n,
                case n % 100 when 0 then 'tutor' else 'learner' end::user_role, n % 1000 <> 7,
                case when n % 1000 <> 8 then now() end
         from generate_series(1, {count}) as x (n)"
    );
    site.test.sql(&people).await;
}

/// The names of the list, in its order.
fn names(html: &str) -> Vec<String> {
    html.split("<th scope=\"row\"><a href=\"/admin/people/")
        .skip(1)
        .map(|rest| {
            let name = rest.split("<bdi>").nth(1).unwrap_or_default();
            name.split('<').next().unwrap_or_default().to_owned()
        })
        .collect()
}

/// The address of the link to another page of the list.
fn link(html: &str, rel: &str) -> Option<String> {
    let before = html.split(&format!("rel=\"{rel}\"")).next()?;
    let is_there = before.len() < html.len();
    let href = before.rsplit("href=\"").next()?.split('"').next()?;
    is_there.then(|| href.replace("&amp;", "&"))
}

async fn page(root: &mut Browser<'_>, path: &str) -> String {
    let answer = root.get(path).await;
    answer.assert_ok();
    answer.body
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_page_through_everybody_in_both_directions() {
    let site = TestSite::new().await;
    many(&site, 120).await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let first = page(&mut root, "/admin/people").await;
    assert!(first.contains("121 people"), "{first}");
    assert_eq!(link(&first, "prev"), None);
    let mut seen = names(&first);
    let second = page(&mut root, &link(&first, "next").unwrap()).await;
    seen.extend(names(&second));
    let third = page(&mut root, &link(&second, "next").unwrap()).await;
    seen.extend(names(&third));
    assert_eq!(link(&third, "next"), None);
    assert_eq!(seen.len(), 121);
    assert!(seen.is_sorted(), "{seen:?}");
    let back = page(&mut root, &link(&third, "prev").unwrap()).await;
    assert_eq!(names(&back), names(&second));
    let start = page(&mut root, &link(&back, "prev").unwrap()).await;
    assert_eq!(names(&start), names(&first));
    assert_eq!(link(&start, "prev"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_by_part_of_a_name_or_address_and_by_filters() {
    let site = TestSite::new().await;
    many(&site, 120).await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let name = "update users set display_name = 'Åsa Ødegård' where email = 'p3@many.example'";
    site.test.sql(name).await;
    for (query, expected) in [
        ("q=asa", vec!["Åsa Ødegård"]),
        ("q=%C3%85SA", vec!["Åsa Ødegård"]),
        ("q=P9@MANY", vec!["Person 000009"]),
        ("role=tutor", vec!["Person 000100"]),
        ("role=admin", vec!["root"]),
        ("state=deactivated", vec!["Person 000007"]),
        ("state=unconfirmed", vec!["Person 000008"]),
        ("q=person&state=unconfirmed", vec!["Person 000008"]),
        ("q=%25", vec![]),
        ("q=nobody", vec![]),
    ] {
        let html = page(&mut root, &format!("/admin/people?{query}")).await;
        assert_eq!(names(&html), expected, "{query}");
    }
    let deleted = "update users set deleted_at = now() where email = 'p9@many.example'";
    site.test.sql(deleted).await;
    let html = page(&mut root, "/admin/people?q=p9@many").await;
    assert!(html.contains("Nobody found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_100_000_people_is_fast_and_one_statement() {
    let site = TestSite::new().await;
    many(&site, 100_000).await;
    site.test.sql("vacuum analyze users").await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let middle = site
        .test
        .text("select user_id from users where email = 'p50000@many.example'")
        .await;
    for query in [
        String::new(),
        "q=person+09999".to_owned(),
        "q=p77777@".to_owned(),
        "q=nobody+at+all".to_owned(),
        "state=unconfirmed".to_owned(),
        format!("after={middle}"),
        format!("before={middle}&role=tutor"),
    ] {
        let path = format!("/admin/people?{query}");
        page(&mut root, &path).await;
        let mut fastest = Duration::MAX;
        let before = site.state.db.statements();
        for _ in 0..3 {
            let start = Instant::now();
            page(&mut root, &path).await;
            fastest = fastest.min(start.elapsed());
        }
        // The session, the begin of the transaction, the list, its views with the number of
        // applications that wait, and the commit.
        let statements = (site.state.db.statements() - before) / 3;
        assert!(statements <= 5, "{path}: {statements} statements");
        // The server is not optimized in tests, and the machine may be busy.
        assert!(fastest < Duration::from_millis(500), "{path}: {fastest:?}");
        println!("{path}: {fastest:?}");
    }
    let all = page(&mut root, "/admin/people").await;
    assert!(all.contains("More than 1,000 people"));
}

#[tokio::test(flavor = "multi_thread")]
async fn views_belong_to_their_admin_until_they_are_shared() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let mut other = site.signed_in("other@example.org", UserRole::Admin).await;
    let save = "people/api/save_people_view";
    let unnamed = [("name", " "), ("query[role]", "tutor")];
    let refused = root.post(save, &unnamed).await;
    assert_eq!(refused.status.as_u16(), 422);
    let view = [
        ("name", "Tutors <b>"),
        ("query[role]", "tutor"),
        ("query[q]", "a"),
    ];
    let saved = root.post(save, &view).await;
    saved.assert_ok();
    assert_eq!(saved.header("x-redirect"), "/admin/people?q=a&role=tutor");
    assert!(
        page(&mut root, "/admin/people")
            .await
            .contains("Tutors &lt;b&gt;")
    );
    assert!(
        !page(&mut other, "/admin/people")
            .await
            .contains("Tutors &lt;b&gt;")
    );
    let shared = [view.as_slice(), &[("shared", "true")]].concat();
    root.post(save, &shared).await.assert_ok();
    let theirs = page(&mut other, "/admin/people").await;
    assert!(theirs.contains("Tutors &lt;b&gt; (shared)"));
    assert!(theirs.contains("href=\"/admin/people?q=a&amp;role=tutor\""));
    let id = site.test.text("select view_id from people_views").await;
    let delete = [("view", id.as_str())];
    let count = "select count(*) from people_views";
    other
        .post("people/api/delete_people_view", &delete)
        .await
        .assert_ok();
    assert_eq!(site.test.count(count).await, 1);
    root.post("people/api/delete_people_view", &delete)
        .await
        .assert_ok();
    assert_eq!(site.test.count(count).await, 0);
}
