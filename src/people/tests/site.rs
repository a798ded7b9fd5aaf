//! Settings of the site.

use axum::body::Body;
use axum::http::{StatusCode, header};

use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestAnswer, TestSite};

const SAVE: &str = "site/api/save_site_settings";

/// The fields of the form with the values of a new site, and others for the fields of `changes`.
fn fields<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("form[name]", "Lyceum"),
        ("form[time_zone]", "UTC"),
        ("form[language]", "en"),
    ];
    for change in changes {
        fields.retain(|(name, _)| *name != change.0);
        fields.push(*change);
    }
    fields
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_take_effect_at_once_on_each_page_and_are_audited() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let mut visitor = site.visitor();
    let before = visitor.get("/").await;
    assert!(before.body.contains("Answer first. Then read the room."));
    assert!(!before.body.contains("accent.css"));
    let changes = [
        ("form[name]", "Abend & Schule"),
        ("form[time_zone]", "Europe/Berlin"),
        ("form[language]", "de"),
        ("form[accent_light]", "#1D4ED8"),
        ("form[accent_dark]", "#93c5fd"),
        ("form[headline]", "Abends <b>lernen</b>"),
        ("form[introduction]", "Kurse für Berufstätige."),
    ];
    root.post(SAVE, &fields(&changes)).await.assert_ok();
    let after = visitor.get("/").await;
    after.assert_ok();
    let title = "<title>Abend &amp; Schule</title>";
    for there in [
        title,
        "Abends &lt;b&gt;lernen",
        "Kurse für Berufstätige.",
        "lang=\"de\"",
    ] {
        assert!(after.body.contains(there), "{there}: {}", after.body);
    }
    let courses = visitor.get("/courses").await;
    assert!(
        courses
            .body
            .contains("<title>Courses · Abend &amp; Schule</title>")
    );
    let address = "/site/accent.css?v=1d4ed893c5fd";
    assert!(after.body.contains(address), "{}", after.body);
    let colors = visitor.get(address).await;
    colors.assert_ok();
    assert!(colors.header(header::CONTENT_TYPE).starts_with("text/css"));
    assert!(
        colors
            .body
            .contains("--accent-ink:light-dark(#1d4ed8, #93c5fd)")
    );
    let zone = "select time_zone from organizations where slug = 'lyceum'";
    assert_eq!(site.test.text(zone).await, "Europe/Berlin");
    let audited = "select new_values->>'name' || ' ' || (old_values->>'language') || ' ' || (new_values->>'accent_light')
        from audit_logs where action = 'site.settings_changed'";
    assert_eq!(site.test.text(audited).await, "Abend & Schule en #1d4ed8");
    // Saving the same again is no change.
    root.post(SAVE, &fields(&changes)).await.assert_ok();
    let entries = "select count(*) from audit_logs where action = 'site.settings_changed'";
    assert_eq!(site.test.count(entries).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_problems_are_told_at_once_and_nothing_is_stored() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let long = "x".repeat(200);
    let wrong = [
        ("form[name]", " "),
        ("form[time_zone]", "Mars/Olympus"),
        ("form[language]", "tlh"),
        ("form[accent_light]", "#ffee00"),
        ("form[mail_reply_to]", "nobody"),
        ("form[headline]", long.as_str()),
    ];
    let answer = root.post(SAVE, &fields(&wrong)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for sentence in [
        "Enter the name of the site",
        "Choose a time zone",
        "Choose a language",
        "on light pages. Text needs 4.5 : 1",
        "mail_reply_to",
        "headline",
    ] {
        assert!(
            answer.body.contains(sentence),
            "{sentence}: {}",
            answer.body
        );
    }
    let one = [("form[accent_light]", "#1d4ed8")];
    let answer = root.post(SAVE, &fields(&one)).await;
    assert!(
        answer.body.contains("for dark pages too"),
        "{}",
        answer.body
    );
    assert_eq!(
        site.test
            .count("select count(*) from system_settings")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_have_the_sender_that_admins_chose() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let changes = [
        ("form[mail_sender]", "Evening School"),
        ("form[mail_reply_to]", "Office@School.example"),
    ];
    root.post(SAVE, &fields(&changes)).await.assert_ok();
    let forgotten = [("email", "root@example.org")];
    let mut visitor = site.visitor();
    let asked = visitor.post("auth/api/forgot_password", &forgotten).await;
    asked.assert_ok();
    assert_eq!(site.mails().await.len(), 1);
    let folder = crate::platform::mail::folder(&site.state.config);
    let file = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap();
    let raw = std::fs::read_to_string(file.path()).unwrap();
    assert!(
        raw.contains("From: \"Evening School\" <lyceum@localhost>"),
        "{raw}"
    );
    assert!(raw.contains("Reply-To: office@school.example"), "{raw}");
}

/// Uploads a file as the logo, as a browser does.
async fn upload(browser: &mut Browser<'_>, content: &[u8]) -> TestAnswer {
    let mut body =
        b"--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"logo.png\"\r\n\
        content-type: image/png\r\n\r\n"
            .to_vec();
    body.extend(content);
    body.extend(b"\r\n--edge--\r\n");
    let request = browser
        .request("POST", "/uploads/logo")
        .header(header::ACCEPT, "text/html")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
    browser.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logo_is_a_picture_that_everybody_sees() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let mut tutor = site.signed_in("tutor@example.org", UserRole::Tutor).await;
    let mut visitor = site.visitor();
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    let refused = upload(&mut tutor, png).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    for wrong in [
        &b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..],
        b"<html>",
        b"",
    ] {
        let back = upload(&mut root, wrong).await;
        assert_eq!(back.header("location"), "/admin/site");
        let page = root.get("/admin/site").await;
        assert!(
            page.body.contains("The logo was not changed"),
            "{}",
            page.body
        );
    }
    let stored = upload(&mut root, png).await;
    assert_eq!(stored.header("location"), "/admin/site?done=logo");
    let page = visitor.get("/courses").await;
    let address = page.body.split("src=\"/site/logo/").nth(1).expect("a logo");
    let address = format!("/site/logo/{}", address.split('"').next().unwrap());
    let logo = visitor.get(&address).await;
    logo.assert_ok();
    assert_eq!(logo.header(header::CONTENT_TYPE), "image/png");
    root.post("site/api/remove_logo", &[]).await.assert_ok();
    assert!(!visitor.get("/courses").await.body.contains("/site/logo/"));
    let gone = visitor.get(&address).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    let entries = "select count(*) from audit_logs where action = 'site.settings_changed'";
    assert_eq!(site.test.count(entries).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_need_no_statement_for_the_settings_of_their_site() {
    let site = TestSite::new().await;
    let mut visitor = site.visitor();
    let mut statements = Vec::new();
    for _ in 0..2 {
        // The first request after a while looks the organization up.
        visitor.get("/courses").await.assert_ok();
        let before = site.state.db.statements();
        visitor.get("/courses").await.assert_ok();
        statements.push(site.state.db.statements() - before);
        let mut root = match statements.len() {
            1 => site.signed_in("root@example.org", UserRole::Admin).await,
            _ => break,
        };
        let changes = [
            ("form[name]", "Evening School"),
            ("form[headline]", "Hello"),
        ];
        root.post(SAVE, &fields(&changes)).await.assert_ok();
    }
    assert_eq!(statements[0], statements[1], "with settings and without");
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_have_the_words_of_the_admins_and_no_link_gets_lost() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    site.account("asha@example.org", UserRole::Learner).await;
    let act = "mail_texts/api/save_mail_text";
    let words = |text: &'static str, act: &'static str| {
        [
            ("mail", "password_reset"),
            ("subject", "A new word for {school}"),
            ("text", text),
            ("act", act),
        ]
    };
    for wrong in ["Hello {hello}", "{link} {token}", "Here:{link}", ""] {
        let refused = root.post(act, &words(wrong, "save")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let text = "{hello}!\n\nHere: {link}\n\n<b>{term}</b>";
    let draft = root.post(act, &words(text, "preview")).await;
    draft.assert_ok();
    let draft = root.get(draft.header("x-redirect")).await.body;
    assert!(draft.contains("Nothing is saved yet") && draft.contains("Hello Asha Rao!"));
    assert!(draft.contains("&lt;b&gt;") && !draft.contains("<b>2"));
    root.post(act, &words(text, "save")).await.assert_ok();
    let forgot = [("email", "asha@example.org")];
    site.visitor()
        .post("auth/api/forgot_password", &forgot)
        .await
        .assert_ok();
    let mail = site.mails().await.pop().expect("a mail");
    let mail = format!("{mail:?}");
    assert!(mail.contains("Hello asha!"), "{mail}");
    assert!(
        mail.contains("/reset-password?token") || mail.contains("reset-password?token=3D"),
        "{mail}"
    );
    let logged = "select count(*) from audit_logs where action = 'site.settings_changed'";
    assert_eq!(site.test.count(logged).await, 1);
    root.post(act, &words(text, "usual")).await.assert_ok();
    let page = root.get("/admin/site/mails?mail=password_reset").await.body;
    assert!(page.contains("Choose a new password for {school}") && !page.contains("(changed)"));
}
