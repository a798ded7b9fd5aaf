//! Web addresses and watched folders.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;

use super::{AVERAGES, nugget_ids};
use crate::platform::auth::UserRole;
use crate::testing::site::TestSite;

/// A site of others. Returns its address, and the number of times that its page was sent whole.
async fn elsewhere() -> (String, Arc<AtomicUsize>) {
    let sent = Arc::new(AtomicUsize::new(0));
    let count = sent.clone();
    let page = move |headers: HeaderMap| {
        let count = count.clone();
        async move {
            if headers
                .get(header::IF_NONE_MATCH)
                .is_some_and(|tag| tag == "\"one\"")
            {
                return StatusCode::NOT_MODIFIED.into_response();
            }
            count.fetch_add(1, Ordering::SeqCst);
            let text = "Pelicans are large water birds that catch fishes together. ".repeat(8);
            let html = format!(
                "<html lang=en><title>All birds</title><nav><a href=/>Home</a></nav><main><h1>Pelicans</h1><p>{text}</p></main></html>"
            );
            let headers = [
                (header::CONTENT_TYPE, "text/html"),
                (header::ETAG, "\"one\""),
            ];
            (headers, html).into_response()
        }
    };
    let router = Router::new()
        .route("/page", get(page))
        .route(
            "/robots.txt",
            get(|| async { "User-agent: *\nDisallow: /secret\n" }),
        )
        .route("/secret", get(|| async { "secret" }))
        .route(
            "/away",
            get(|| async { axum::response::Redirect::temporary("/page") }),
        )
        .route(
            "/packed",
            get(|| async { ([(header::CONTENT_ENCODING, "gzip")], "x") }),
        )
        .route(
            "/broken",
            get(|| async { StatusCode::INTERNAL_SERVER_ERROR }),
        );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, sent)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_page_is_read_and_checked_for_changes() {
    let site = TestSite::new().await;
    let mut tutor = site.signed_in("tutor@example.org", UserRole::Tutor).await;
    let (address, sent) = elsewhere().await;
    let page = format!("{address}/page");
    let fields = [("url", page.as_str()), ("every", "60")];
    tutor
        .post("ingest/api/add_document_address", &fields)
        .await
        .assert_ok();
    site.mails().await;
    let shown = tutor.get("/documents").await.body;
    for said in ["All birds", "every hour", "Watched for changes"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    assert!(
        !site
            .test
            .text("select content from document_pages")
            .await
            .contains("Home")
    );
    let before = nugget_ids(&site).await;
    assert_eq!(sent.load(Ordering::SeqCst), 1);
    // The next check finds nothing new.
    let id = site
        .test
        .text("select monitored_url_id from monitored_urls")
        .await;
    let check = [
        ("source", id.as_str()),
        ("folder", "false"),
        ("action", "check"),
    ];
    tutor
        .post("ingest/api/change_document_source", &check)
        .await
        .assert_ok();
    site.mails().await;
    assert_eq!(sent.load(Ordering::SeqCst), 1);
    assert_eq!(nugget_ids(&site).await, before);
    assert!(
        tutor
            .get("/documents")
            .await
            .body
            .contains("The page has not changed")
    );
    // A redirect leads to the page, whose content is known.
    for (path, said) in [
        ("/secret", "does not allow programs"),
        ("/packed", "compressed"),
        ("/broken", "answers with an error (500)"),
        ("/nowhere", "There is no page at this address."),
    ] {
        let url = format!("{address}{path}");
        let fields = [("url", url.as_str()), ("every", "0")];
        tutor
            .post("ingest/api/add_document_address", &fields)
            .await
            .assert_ok();
        site.mails().await;
        let page = tutor.get("/documents").await.body;
        assert!(page.contains(said), "{said}: {page}");
    }
    let away = format!("{address}/away");
    tutor
        .post("ingest/api/add_document_address", &[("url", &away)])
        .await
        .assert_ok();
    site.mails().await;
    assert_eq!(
        site.test
            .count("select count(*) from documents where source_path like '%/away'")
            .await,
        1
    );
    let bad = tutor
        .post(
            "ingest/api/add_document_address",
            &[("url", "file:///etc/passwd")],
        )
        .await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_a_watched_folder_are_taken_in_once() {
    let site = TestSite::new().await;
    let mut admin = site.signed_in("admin@example.org", UserRole::Admin).await;
    let root = site.state.config.documents.watch_roots[0].clone();
    let folder = root.join("course");
    std::fs::create_dir_all(folder.join("deep")).unwrap();
    std::fs::write(folder.join("averages.md"), AVERAGES).unwrap();
    std::fs::write(
        folder.join("deep/other.md"),
        AVERAGES.replace("Averages", "Means"),
    )
    .unwrap();
    std::fs::write(folder.join("program.exe"), "MZ").unwrap();
    let outside = root.parent().unwrap().join("outside.md");
    std::fs::write(&outside, "# Outside\n\nNobody may read this text.\n").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, folder.join("link.md")).unwrap();
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
    for file in ["averages.md", "deep/other.md"] {
        let file = std::fs::File::options()
            .write(true)
            .open(folder.join(file))
            .unwrap();
        file.set_modified(old).unwrap();
    }
    for path in ["/etc", "/nowhere", &format!("{}/..", root.display()), ""] {
        let bad = admin
            .post("ingest/api/watch_folder", &[("path", path)])
            .await;
        assert_eq!(
            bad.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{path}: {}",
            bad.body
        );
    }
    let path = folder.display().to_string();
    let fields = [
        ("path", path.as_str()),
        ("types", "md, pdf"),
        ("recursive", "true"),
    ];
    admin
        .post("ingest/api/watch_folder", &fields)
        .await
        .assert_ok();
    site.mails().await;
    assert_eq!(site.test.count("select count(*) from documents").await, 2);
    // Another look, as of another replica, finds nothing new.
    let look = "insert into background_jobs (kind) values ('look_at_sources'), ('look_at_sources')";
    site.test.sql(look).await;
    site.mails().await;
    assert_eq!(
        site.test.count("select count(*) from ingestion_jobs").await,
        2
    );
    let outside = "select count(*) from document_pages where content like '%Nobody may read%'";
    assert_eq!(site.test.count(outside).await, 0);
    // A changed file changes its document.
    let changed = AVERAGES.replace("shared a bill", "split a bill");
    let file = folder.join("averages.md");
    std::fs::write(&file, changed).unwrap();
    let file = std::fs::File::options().write(true).open(file).unwrap();
    file.set_modified(old + std::time::Duration::from_secs(5))
        .unwrap();
    site.test
        .sql("insert into background_jobs (kind) values ('look_at_sources')")
        .await;
    site.mails().await;
    assert_eq!(site.test.count("select count(*) from documents").await, 2);
    assert_eq!(
        site.test
            .count("select count(*) from nuggets where retired_at is not null")
            .await,
        1
    );
    let mut tutor = site.signed_in("tutor@example.org", UserRole::Tutor).await;
    let page = tutor.get("/documents").await.body;
    assert!(!page.contains(&path), "{page}");
}
