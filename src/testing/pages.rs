//! Reading pages, counting their statements, and uploading files.

use axum::body::Body;
use axum::http::{StatusCode, header};

use crate::testing::site::{Browser, TestAnswer, TestSite};

/// Returns the value of the first field of this name.
pub fn hidden(page: &str, name: &str) -> String {
    let (_, field) = page
        .split_once(&format!("name=\"{name}\""))
        .unwrap_or_else(|| panic!("no field {name}: {page}"));
    let (_, value) = field.split_once("value=\"").expect("a value");
    value.split('"').next().unwrap().to_owned()
}

/// Returns the number of statements that a page sends, including those for session and
/// organization.
pub async fn statements(site: &TestSite, browser: &mut Browser<'_>, path: &str) -> u64 {
    // The first request fills caches, so it is not counted.
    assert_eq!(browser.get(path).await.status, StatusCode::OK, "{path}");
    let before = site.state.db.statements();
    assert_eq!(browser.get(path).await.status, StatusCode::OK, "{path}");
    site.state.db.statements() - before
}

/// Confirms the import that a preview offers, and returns the page that follows. Returns the
/// preview if it offers none.
pub async fn confirm_questions(browser: &mut Browser<'_>, preview: TestAnswer) -> TestAnswer {
    let Some((_, form)) = preview.body.split_once("authoring/api/confirm_import\"") else {
        return preview;
    };
    let value = |name: &str| hidden(form, name);
    let (course, id, same_name, seen) = (
        value("course"),
        value("preview"),
        value("same_name"),
        value("seen"),
    );
    let fields = [
        ("course", course.as_str()),
        ("preview", &id),
        ("same_name", &same_name),
        ("seen", &seen),
    ];
    let confirmed = browser.post("authoring/api/confirm_import", &fields).await;
    confirmed.assert_ok();
    let next = confirmed.header("x-redirect").to_owned();
    browser.get(&next).await
}

/// Sends a question file like the form of a tutor.
pub async fn upload_questions(
    browser: &mut Browser<'_>,
    name: &str,
    fields: &[(&str, &str)],
    content: &[u8],
) -> TestAnswer {
    let mut body = Vec::new();
    for (field, value) in fields {
        body.extend_from_slice(
            format!(
                "--frontier\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"
            )
            .as_bytes(),
        );
    }
    body.extend_from_slice(
        format!(
            "--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: text/plain\r\n\r\n"
        )
        .as_bytes(),
    );
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--frontier--\r\n");
    let request = browser
        .request("POST", "/uploads/questions")
        .header(header::ACCEPT, "text/html")
        .header(
            header::CONTENT_TYPE,
            "multipart/form-data; boundary=frontier",
        )
        .body(Body::from(body))
        .unwrap();
    browser.send(request).await
}
