//! Invitations by an uploaded list.

use axum::body::Body;
use axum::http::{StatusCode, header};

use crate::people::invite::INVITATION_UPLOAD;
use crate::platform::auth::UserRole;
use crate::testing::pelican_course;
use crate::testing::site::{Browser, TestAnswer, TestSite};

async fn upload(root: &mut Browser<'_>, course: &str, content: &[u8]) -> TestAnswer {
    let field = |name: &str, value: &str| {
        format!("--frontier\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let mut body = (field("role", "learner") + &field("course", course)).into_bytes();
    body.extend_from_slice(
        b"--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"people.csv\"\r\n\
          Content-Type: text/csv\r\n\r\n",
    );
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--frontier--\r\n");
    let request = root
        .request("POST", INVITATION_UPLOAD)
        .header(header::ACCEPT, "text/html")
        .header(
            header::CONTENT_TYPE,
            "multipart/form-data; boundary=frontier",
        )
        .body(Body::from(body))
        .unwrap();
    root.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_says_what_each_line_does_and_confirming_does_it_once() {
    let site = TestSite::new().await;
    pelican_course().import(&site).await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    site.account("asha@example.org", UserRole::Learner).await;
    let csv = "email;name;role\nnew@example.org;New;\nmeera@example.org;Meera;tutor\nasha@example.org;Asha;\n\
               no;Nobody;\nboss@example.org;Boss;admin\nNEW@example.org;Again;\n";
    let sent = upload(&mut root, "small", csv.as_bytes()).await;
    let path = sent.header("location").to_owned();
    let page = root.get(&path).await;
    page.assert_ok();
    for text in [
        "Preview of",
        "3 invited, 0 with nothing to do, 3 left out",
        "This is not an email address.",
        "Admins teach every course already.",
        "Line 2 has the same address.",
        "Has an account, which gets this",
    ] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    let invitations = "select count(*) from invitations";
    assert_eq!(site.test.count(invitations).await, 0);
    let list = path.rsplit('/').next().unwrap();
    for _ in 0..2 {
        root.post("invite/api/confirm_invitation_list", &[("list", list)])
            .await
            .assert_ok();
    }
    let mails = site.mails().await;
    assert_eq!(mails.len(), 3, "{mails:?}");
    let roles = "select string_agg(email || ' ' || role, ' ' order by email) from invitations";
    assert_eq!(
        site.test.text(roles).await,
        "asha@example.org learner meera@example.org tutor new@example.org learner"
    );
    let done = root.get(&path).await;
    assert!(done.body.contains("3 invited"));
    let lines = "select lines from invitation_lists";
    assert_eq!(site.test.text(lines).await, "[]");
    // The same file again has nothing to do.
    let again = upload(&mut root, "small", csv.as_bytes()).await;
    let page = root.get(again.header("location")).await;
    assert!(page.body.contains("0 invited, 3 with nothing to do"));
    assert!(page.body.contains("No line of this file invites anybody."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_used_is_refused_with_a_sentence() {
    let site = TestSite::new().await;
    let mut root = site.signed_in("root@example.org", UserRole::Admin).await;
    let long = "email\n".to_owned() + &"person@example.org,Name,learner\n".repeat(200_000);
    let short: String = (0..5_001).map(|n| format!("{n}@example.org\n")).collect();
    for (content, why) in [
        (long.as_bytes(), "1 MB at most"),
        (short.as_bytes(), "more than 5,000 lines"),
        (b"".as_slice(), "Choose a file"),
        (b"a,b\nc,d\n".as_slice(), "no column of email addresses"),
        (b"PK\x03\x04\0\0\0\0\0\0\0\0".as_slice(), "not a text file"),
    ] {
        let sent = upload(&mut root, "", content).await;
        assert_eq!(sent.header("location"), "/admin/invitations");
        let page = root.get("/admin/invitations").await;
        assert!(page.body.contains("Nobody was invited"), "{why}");
        assert!(page.body.contains(why), "{why}: {}", page.body);
    }
    let lists = "select count(*) from invitation_lists";
    assert_eq!(site.test.count(lists).await, 0);
    let mut tutor = site.signed_in("tutor@example.org", UserRole::Tutor).await;
    let refused = upload(&mut tutor, "", b"email\na@example.org\n").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let visitor = upload(&mut site.visitor(), "", b"email\na@example.org\n").await;
    assert!(visitor.header("location").starts_with("/sign-in"));
}
