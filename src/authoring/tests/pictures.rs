//! Pictures of topics: they are checked and stored, and outlive imports.

use axum::http::StatusCode;

use super::texts::{ONE, Tab, small};
use crate::platform::auth::UserRole;
use crate::testing::site::{Browser, TestAnswer, TestSite};
use crate::testing::{learner, topic_id, tutor};

/// Sends a picture like the form of the editor.
async fn send_picture(
    browser: &mut Browser<'_>,
    topic: &str,
    alt: &str,
    content: &[u8],
    accept: &str,
) -> TestAnswer {
    let mut body = Vec::new();
    for (name, value) in [("course", "small"), ("topic", topic), ("alt", alt)] {
        let part = format!(
            "--frontier\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        body.extend_from_slice(part.as_bytes());
    }
    let part = "--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"My map.exe\"\r\n\
                Content-Type: text/html\r\n\r\n";
    body.extend_from_slice(part.as_bytes());
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--frontier--\r\n");
    let referer = format!("http://{}/teach/small/topics/a/edit", browser.host);
    let request = browser
        .request("POST", "/uploads/pictures")
        .header("accept", accept)
        .header("referer", referer)
        .header("content-type", "multipart/form-data; boundary=frontier")
        .body(axum::body::Body::from(body))
        .unwrap();
    browser.send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_are_checked_stored_and_outlive_imports() {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06";
    let site = TestSite::new().await;
    small().import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    let topic = topic_id(&site, "a").await;
    let json = "application/json";
    let sent = send_picture(&mut meera, &topic, "A map [old]", PNG, json).await;
    sent.assert_ok();
    assert!(
        sent.body
            .starts_with("![A map \\[old\\]](file:from-site/my-map-"),
        "{}",
        sent.body
    );
    assert!(sent.body.ends_with(".png)"));
    let again = send_picture(&mut meera, &topic, "A map [old]", PNG, json).await;
    assert_eq!(again.body, sent.body, "the same picture is stored once");
    let wrong = send_picture(&mut meera, &topic, " ", b"<svg xmlns='x'/>", json).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("not a picture") && wrong.body.contains("Describe"));
    let refused = send_picture(&mut asha, &topic, "x", PNG, json).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    // Without scripts the editor comes back with the line, or with the problem.
    let plain = send_picture(&mut meera, &topic, "Plain", PNG, "text/html").await;
    assert_eq!(plain.header("location"), "/teach/small/topics/a/edit");
    let page = meera.get("/teach/small/topics/a/edit").await.body;
    assert!(page.contains("![Plain](file:from-site/my-map-"), "{page}");
    send_picture(&mut meera, &topic, "Kept words", b"%PDF", "text/html").await;
    let page = meera.get("/teach/small/topics/a/edit").await.body;
    assert!(page.contains("not a picture") && page.contains("Kept words"));

    let mut tab = Tab::new(&mut meera, ONE, 0);
    tab.send(&site, &sent.body, "publish").await.assert_ok();
    let shows = async |asha: &mut Browser<'_>| {
        let page = asha.get("/learn/small/a").await.body;
        let (_, rest) = page.split_once("<img src=\"/files/").expect("a picture");
        let path = format!("/files/{}", rest.split('"').next().unwrap());
        asha.get(&path).await.assert_ok();
    };
    shows(&mut asha).await;
    small().import(&site).await;
    shows(&mut asha).await;
    let mut other = site.signed_in("other@example.org", UserRole::Learner).await;
    let path = site
        .test
        .text("select '/files/' || file_id || '/x.png' from course_files")
        .await;
    assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND);
}

/// Bodies of the pictures in a page, in their order.
async fn pictures(browser: &mut Browser<'_>, path: &str) -> Vec<String> {
    let page = browser.get(path).await.body;
    let mut bodies = Vec::new();
    for rest in page.split("src=\"/files/").skip(1) {
        let name = rest.split('"').next().unwrap_or_default();
        let answer = browser.get(&format!("/files/{name}")).await;
        answer.assert_ok();
        bodies.push(answer.body);
    }
    bodies
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_of_an_edited_text_outlive_imports_that_replace_or_drop_them() {
    let picture = |text: &str| format!("<svg xmlns='http://www.w3.org/2000/svg'>{text}</svg>");
    let site = TestSite::new().await;
    let with_both = "![One](one.svg)\n\n![Two](two.svg)\n\n![Gone](gone.svg)";
    let folder = small().at("a").text(with_both).folder();
    for name in ["one", "two", "gone"] {
        folder.write(&format!("one/{name}.svg"), &picture(name));
    }
    folder.import(&site).await;
    let mut meera = tutor(&site, "meera@example.org").await;
    let mut asha = learner(&site, "asha@example.org").await;
    let here = "/learn/small/a";
    assert_eq!(pictures(&mut asha, here).await.len(), 3);
    let own = "Own words. ![One](file:one/one.svg) ![Two](file:one/two.svg)";
    let mut tab = Tab::new(&mut meera, ONE, 0);
    tab.send(&site, own, "publish").await.assert_ok();

    // One picture is replaced, and the others are no longer part of the course.
    folder.write("one/one.svg", &picture("new"));
    folder.write(
        "one/01-a.md",
        "+++\ntitle = \"First\"\n+++\n\n![One](one.svg)\n",
    );
    for name in ["two", "gone"] {
        folder.remove(&format!("one/{name}.svg"));
    }
    for _ in 0..2 {
        assert_eq!(folder.import(&site).await.topics.kept, ["First"]);
        let shown = pictures(&mut asha, here).await;
        assert_eq!(shown, [picture("new"), picture("two")]);
    }
    // The version before can be restored, so its picture is still there.
    let names = "select string_agg(name, ' ' order by name) from course_files";
    let all = "one/gone.svg one/one.svg one/two.svg";
    assert_eq!(site.test.text(names).await, all);
    site.test
        .sql("delete from topic_versions; update topic_drafts set body = ''")
        .await;
    folder.import(&site).await;
    assert_eq!(site.test.text(names).await, "one/one.svg one/two.svg");
    assert_eq!(pictures(&mut asha, here).await.len(), 2);
}
