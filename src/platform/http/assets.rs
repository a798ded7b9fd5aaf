//! Static files: scripts, styles and fonts, sent precompressed. Browsers keep them for a year,
//! because their names change with their content.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use leptos::prelude::LeptosOptions;
use tower_http::services::{ServeDir, ServeFile};

pub fn routes<S: Clone + Send + Sync + 'static>(options: &LeptosOptions) -> Router<S> {
    let root = PathBuf::from(&*options.site_root);
    let folder = |name: &str| {
        ServeDir::new(root.join(name))
            .precompressed_br()
            .precompressed_gzip()
    };
    let pkg = options.site_pkg_dir.to_string();
    // A development build overwrites its files under the same names, so browsers must ask again.
    let age = if options.hash_files {
        FOREVER
    } else {
        "no-cache"
    };
    Router::new()
        .nest_service(&format!("/{pkg}"), folder(&pkg))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            keep(request, next, age)
        }))
        .merge(
            Router::new()
                .nest_service("/fonts", folder("fonts"))
                .nest_service("/images", folder("images"))
                .layer(middleware::from_fn(|request: Request, next: Next| {
                    keep(request, next, FOREVER)
                })),
        )
        .layer(middleware::from_fn(known_length))
        .route_service("/favicon.svg", ServeFile::new(root.join("favicon.svg")))
        .route_service("/palette.js", ServeFile::new(root.join("palette.js")))
        .route_service("/voice.js", ServeFile::new(root.join("voice.js")))
        .route_service("/robots.txt", ServeFile::new(root.join("robots.txt")))
}

const FOREVER: &str = "public, max-age=31536000, immutable";

/// A longer path is no file's, and asking the disk for it would be an error.
const LONGEST_PATH: usize = 255;

async fn known_length(request: Request, next: Next) -> Response {
    match request.uri().path().len() > LONGEST_PATH {
        true => super::layers::plain(StatusCode::NOT_FOUND, "There is no such file."),
        false => next.run(request).await,
    }
}

async fn keep(request: Request, next: Next, age: &'static str) -> Response {
    let mut response = next.run(request).await;
    if matches!(
        response.status(),
        StatusCode::OK | StatusCode::NOT_MODIFIED | StatusCode::PARTIAL_CONTENT
    ) {
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static(age));
    }
    response
}

/// Checks that the files of the site exist. Without them, the server would send pages that never
/// hydrate, and no error would say so.
pub fn check(options: &LeptosOptions) -> Result<(), String> {
    let pkg = Path::new(&*options.site_root).join(&*options.site_pkg_dir);
    for (kind, extension) in [("js", "js"), ("wasm", "wasm"), ("css", "css")] {
        let name = match hash_of(options, kind)? {
            Some(hash) => format!("{}.{hash}.{extension}", options.output_name),
            None => format!("{}.{extension}", options.output_name),
        };
        let file = pkg.join(&name);
        if !file.is_file() {
            return Err(format!(
                "{} is missing, so no page would work in a browser. Build the site with `bin/serve`, and start the binary where Leptos.toml and its site folder are.",
                file.display()
            ));
        }
    }
    Ok(())
}

fn hash_of(options: &LeptosOptions, kind: &str) -> Result<Option<String>, String> {
    if !options.hash_files {
        return Ok(None);
    }
    let file = std::env::current_exe()
        .ok()
        .and_then(|binary| {
            binary
                .parent()
                .map(|folder| folder.join(&*options.hash_file))
        })
        .ok_or("The folder of this binary can't be determined.")?;
    let text = std::fs::read_to_string(&file).map_err(|_| {
        format!(
            "{} is missing: it names the site's files and belongs beside the binary.",
            file.display()
        )
    })?;
    let hash = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim() == kind);
    hash.map(|(_, hash)| Some(hash.trim().to_owned()))
        .ok_or_else(|| {
            format!(
                "{} does not name the {kind} file of the site.",
                file.display()
            )
        })
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_name_that_no_file_can_have_is_not_found() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["pkg", "fonts", "images"] {
            std::fs::create_dir(root.path().join(folder)).unwrap();
        }
        std::fs::write(root.path().join("pkg/a.js"), "1").unwrap();
        let options = LeptosOptions::builder()
            .output_name("lyceum")
            .site_root(root.path().to_string_lossy().into_owned())
            .site_pkg_dir("pkg")
            .build();
        let router: Router = routes(&options);
        let status = async |path: String| {
            let request = Request::get(path).header(header::ACCEPT_ENCODING, "br, gzip");
            let request = request.body(Body::empty()).unwrap();
            router.clone().oneshot(request).await.unwrap().status()
        };
        assert_eq!(status("/pkg/a.js".to_owned()).await, StatusCode::OK);
        for folder in ["pkg", "fonts", "images"] {
            for length in [250, 254, 255, 256, 300, 5_000] {
                let path = format!("/{folder}/{}", "x".repeat(length));
                assert_eq!(
                    status(path).await,
                    StatusCode::NOT_FOUND,
                    "{folder} {length}"
                );
            }
            let deep = format!("/{folder}{}", "/x".repeat(4_000));
            assert_eq!(status(deep).await, StatusCode::NOT_FOUND, "{folder}");
        }
    }

    /// Checks that Leptos.toml and Cargo.toml name the same files. A deployed binary reads the
    /// first, a build the second.
    #[test]
    fn leptos_toml_says_what_cargo_toml_says() {
        let parse = |text: &str| {
            text.parse::<toml::Table>().unwrap()["package"]["metadata"]["leptos"].clone()
        };
        assert_eq!(
            parse(include_str!("../../../Leptos.toml")),
            parse(include_str!("../../../Cargo.toml"))
        );
    }
}
