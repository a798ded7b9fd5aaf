//! Tests of documents and nuggets, over HTTP.

mod courses;
mod documents;
mod nuggets;
mod sources;

use std::io::{Cursor, Write};

use axum::body::Body;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::testing::site::{Browser, TestAnswer, TestSite};

/// A Markdown document of three sections.
const AVERAGES: &str = "# Averages\n\n## The mean\n\nThe **mean** is the sum of all values divided by their count. \
    Everybody who has shared a bill knows it, as does everybody who has paid by the head. One very large value moves it far, and many small ones hardly move it at all.\n\n\
    ## The median\n\nThe **median** is the value in the middle of a sorted list. It stays where it is when the largest value \
    grows. It needs no sum, unlike the mean. People who report incomes use it for that reason, because a few are very rich.\n\n\
    ## The range\n\nThe **range** is the distance between the largest and the smallest value. It says how far the values are \
    spread, and it knows only two of them. The median and the mean say nothing of it, so reports often give all three.\n";

/// Uploads files as a browser does, and follows to the page.
async fn upload(browser: &mut Browser<'_>, files: &[(&str, &[u8])]) -> TestAnswer {
    let mut body = Vec::new();
    for (name, content) in files {
        let head = format!(
            "--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--frontier--\r\n");
    let request = browser
        .request("POST", "/uploads/documents")
        .header("accept", "text/html")
        .header("content-type", "multipart/form-data; boundary=frontier")
        .body(Body::from(body))
        .unwrap();
    let sent = browser.send(request).await;
    match sent.header("location") {
        "/documents" => browser.get("/documents").await,
        _ => sent,
    }
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The id of the document with this title.
async fn document_id(site: &TestSite, title: &str) -> String {
    let query = format!("select document_id from documents where title = '{title}'");
    site.test.text(&query).await
}

/// Titles and ids of the nuggets in use, in order.
async fn nugget_ids(site: &TestSite) -> Vec<String> {
    let query = "select coalesce(string_agg(n.title || '=' || n.nugget_id, '|' order by s.chunk_index), '')
        from nuggets n join nugget_sources s on s.nugget_id = n.nugget_id where n.retired_at is null";
    let found = site.test.text(query).await;
    found.split('|').map(str::to_owned).collect()
}
