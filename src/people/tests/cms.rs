//! Pages of the site that admins write, and terms that everybody must accept.

use axum::http::StatusCode;

use crate::platform::auth::UserRole;
use crate::platform::http::testing::{Browser, PASSWORD, TestAnswer, TestSite};

/// Saves or publishes a text from this revision of the page.
async fn save(
    root: &mut Browser<'_>,
    (page, revision): (&str, &str),
    (title, text): (&str, &str),
    go: &str,
) -> TestAnswer {
    let fields = [
        ("page", page),
        ("form[revision]", revision),
        ("form[title]", title),
        ("form[text]", text),
        ("form[go]", go),
    ];
    root.post("cms/api/save_cms_page", &fields).await
}

async fn create(root: &mut Browser<'_>, title: &str, slug: &str) -> TestAnswer {
    let fields = [("title", title), ("slug", slug)];
    root.post("cms/api/create_cms_page", &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_written_published_changed_and_restored() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let mut visitor = site.visitor();
    create(&mut root, "Code of Conduct", "").await.assert_ok();
    let slug = "code-of-conduct";
    let editor = root.get("/admin/site/pages/code-of-conduct").await;
    editor.assert_ok();
    let hidden = visitor.get("/pages/code-of-conduct").await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);

    let first = (
        "Code of Conduct",
        "Be **kind**.\n\n<script>alert(1)</script>",
    );
    save(&mut root, (slug, "0"), first, "save")
        .await
        .assert_ok();
    let editor = root.get("/admin/site/pages/code-of-conduct").await;
    assert!(
        editor.body.contains("<strong>kind</strong>"),
        "{}",
        editor.body
    );
    assert!(!editor.body.contains("<script>alert(1)"));
    let hidden = visitor.get("/pages/code-of-conduct").await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);

    // Another tab that opened the page before the save loses nothing and overwrites nothing.
    let stale = save(&mut root, (slug, "0"), ("Other", "Mine."), "publish").await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    save(&mut root, (slug, "1"), first, "publish")
        .await
        .assert_ok();
    let shown = visitor.get("/pages/code-of-conduct").await;
    shown.assert_ok();
    assert!(shown.body.contains("<strong>kind</strong>"));

    let second = ("Our code", "Be kind.\n\nAsk questions.");
    save(&mut root, (slug, "2"), second, "save")
        .await
        .assert_ok();
    assert!(
        !visitor
            .get("/pages/code-of-conduct")
            .await
            .body
            .contains("Ask questions")
    );
    save(&mut root, (slug, "3"), second, "publish")
        .await
        .assert_ok();
    assert!(
        visitor
            .get("/pages/code-of-conduct")
            .await
            .body
            .contains("Ask questions")
    );
    let history = root
        .get("/admin/site/pages/code-of-conduct/history?version=2")
        .await;
    history.assert_ok();
    assert!(history.body.contains("Ask questions") && history.body.contains("Be **kind**"));
    let fields = [("page", slug), ("version", "1")];
    let restored = root.post("cms/api/restore_cms_version", &fields).await;
    restored.assert_ok();
    assert!(
        !visitor
            .get("/pages/code-of-conduct")
            .await
            .body
            .contains("Ask questions")
    );
    let versions = "select count(*) from page_versions where published_by is not null";
    assert_eq!(site.test.count(versions).await, 3);

    let fields = [("page", slug)];
    root.post("cms/api/withdraw_cms_page", &fields)
        .await
        .assert_ok();
    let hidden = visitor.get("/pages/code-of-conduct").await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    root.post("cms/api/delete_cms_page", &fields)
        .await
        .assert_ok();
    assert_eq!(
        site.test.count("select count(*) from page_versions").await,
        0
    );
    let entries = "select string_agg(action, ' ' order by audit_id) from audit_logs where action like 'page.%'";
    assert_eq!(
        site.test.text(entries).await,
        "page.created page.draft_saved page.published page.draft_saved page.published page.published page.withdrawn page.deleted"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_previewed_as_its_page_shows_it_and_not_stored() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    create(&mut root, "Imprint", "").await.assert_ok();
    let act = "cms/api/preview_cms_page";
    let text = "**Bold** $x^2$ <script>alert(1)</script>";
    let shown = root.post(act, &[("text", text)]).await;
    shown.assert_ok();
    assert!(
        shown.body.contains("<strong>Bold</strong>"),
        "{}",
        shown.body
    );
    assert!(shown.body.contains("<math") && !shown.body.contains("<script>"));
    let long = "x".repeat(100_001);
    let refused = root.post(act, &[("text", &long)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let drafts =
        "select count(*) from page_content where draft_body like '%Bold%' or body like '%Bold%'";
    assert_eq!(site.test.count(drafts).await, 0);
    let page = root.get("/admin/site/pages/imprint").await.body;
    assert!(page.contains("aria-label=\"Formatting\""), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_needs_a_title_and_an_address_of_its_own() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    create(&mut root, "Imprint", "imprint").await.assert_ok();
    for (title, slug, why) in [
        (" ", "", "Enter a title"),
        ("Imprint", "", "already"),
        ("Imprint", "Im Print", "Use lowercase letters"),
        ("关于", "関", "Use lowercase letters"),
    ] {
        let answer = create(&mut root, title, slug).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains(why), "{why}: {}", answer.body);
    }
    assert_eq!(
        site.test.count("select count(*) from page_content").await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_navigation_has_the_published_pages_that_admins_put_there() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let mut visitor = site.visitor();
    for (title, slug, order) in [("Alpha", "alpha", "2"), ("Beta", "beta", "1")] {
        create(&mut root, title, slug).await.assert_ok();
        let fields = [
            ("page", slug),
            ("form[in_header]", "true"),
            ("form[in_footer]", "true"),
            ("form[nav_order]", order),
        ];
        root.post("cms/api/place_cms_page", &fields)
            .await
            .assert_ok();
    }
    // Drafts are in no navigation.
    assert!(!visitor.get("/courses").await.body.contains("/pages/alpha"));
    for slug in ["alpha", "beta"] {
        save(&mut root, (slug, "0"), (slug, "Text."), "publish")
            .await
            .assert_ok();
    }
    let page = visitor.get("/courses").await.body;
    let places: Vec<usize> = page
        .match_indices("href=\"/pages/")
        .map(|(at, _)| at)
        .collect();
    // In the header, in its menu, and in the footer.
    assert_eq!(places.len(), 6, "{page}");
    assert!(page[places[0]..].starts_with("href=\"/pages/beta\""));
    assert!(page[places[1]..].starts_with("href=\"/pages/alpha\""));
    let wrong = [("page", "alpha"), ("form[nav_order]", "-1")];
    let refused = root.post("cms/api/place_cms_page", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let none = [("page", "alpha"), ("form[nav_order]", "")];
    root.post("cms/api/place_cms_page", &none).await.assert_ok();
    assert!(!visitor.get("/courses").await.body.contains("/pages/alpha"));
}

/// Publishes terms, and asks everybody to accept them.
async fn ask_for_terms(root: &mut Browser<'_>) {
    create(root, "Terms of use", "terms").await.assert_ok();
    let asks = [("page", "terms"), ("asks", "true")];
    let early = root.post("cms/api/ask_cms_terms", &asks).await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    let text = ("Terms of use", "Be kind.");
    save(root, ("terms", "0"), text, "publish")
        .await
        .assert_ok();
    root.post("cms/api/ask_cms_terms", &asks).await.assert_ok();
}

async fn page_of_terms(site: &TestSite) -> String {
    let page = "select page_id::text from page_content where is_terms";
    site.test.text(page).await
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_asked_once_for_each_version_of_the_terms() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let mut asha = site.signed_in("asha@example.org", UserRole::Learner).await;
    asha.get("/learn").await.assert_ok();
    ask_for_terms(&mut root).await;
    let asked = asha.get("/learn?a=b").await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER);
    assert_eq!(
        asked.header("location"),
        "/accept-terms?next=%2Flearn%3Fa%3Db"
    );
    asha.get("/pages/terms").await.assert_ok();
    let page = asha.get("/accept-terms?next=%2Flearn").await;
    assert!(page.body.contains("Be kind."), "{}", page.body);
    let id = page_of_terms(&site).await;
    let wrong = [("page", id.as_str()), ("version", "2")];
    let refused = asha.post("auth/api/accept_terms", &wrong).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let right = [("page", id.as_str()), ("version", "1")];
    asha.post("auth/api/accept_terms", &right).await.assert_ok();
    asha.get("/learn").await.assert_ok();
    // Pages need no statement for it from then on. The organization is looked up first.
    site.state.directory.forget();
    asha.get("/learn").await.assert_ok();
    let before = site.state.db.statements();
    asha.get("/learn").await.assert_ok();
    let with_terms = site.state.db.statements() - before;
    let end = [("page", "terms"), ("asks", "false")];
    root.get("/accept-terms").await.assert_ok();
    root.post("cms/api/ask_cms_terms", &end).await.assert_ok();
    asha.get("/learn").await.assert_ok();
    let before = site.state.db.statements();
    asha.get("/learn").await.assert_ok();
    assert_eq!(site.state.db.statements() - before, with_terms);
    // Another browser of hers is not asked either, even when they are asked for again.
    let begin = [("page", "terms"), ("asks", "true")];
    root.post("cms/api/ask_cms_terms", &begin).await.assert_ok();
    let mut phone = site.sign_in("asha@example.org").await;
    phone.get("/learn").await.assert_ok();

    let fields = [
        ("page", "terms"),
        ("form[revision]", "1"),
        ("form[title]", "Terms of use"),
        ("form[text]", "Be kind and fair."),
        ("form[go]", "publish"),
        ("form[ask_again]", "true"),
    ];
    root.post("cms/api/save_cms_page", &fields)
        .await
        .assert_ok();
    let again = phone.get("/learn").await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    let kept = "select count(*) from terms_acceptances";
    assert_eq!(site.test.count(kept).await, 1);
    let delete = [("page", "terms")];
    let refused = root.post("cms/api/delete_cms_page", &delete).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_up_accepts_the_terms() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    ask_for_terms(&mut root).await;
    let mut noor = site.visitor();
    let page = noor.get("/sign-up").await;
    assert!(page.body.contains("href=\"/pages/terms\""), "{}", page.body);
    let mut fields = vec![
        ("name", "Noor"),
        ("email", "noor@example.org"),
        ("password", PASSWORD),
    ];
    let refused = noor.post("auth/api/sign_up", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("accept the terms"),
        "{}",
        refused.body
    );
    fields.push(("accepts", "1"));
    noor.post("auth/api/sign_up", &fields).await.assert_ok();
    let mails = site.mails().await;
    let mail = mails.last().expect("a mail");
    let token = mail.split("token=").nth(1).expect("a link");
    let token = token.split(['&', '\n', ' ']).next().unwrap_or_default();
    let confirm = [("token", token)];
    noor.post("auth/api/confirm_email", &confirm)
        .await
        .assert_ok();
    noor.get("/learn").await.assert_ok();
    let kept = "select count(*) from terms_acceptances where version = 1";
    assert_eq!(site.test.count(kept).await, 1);
}
