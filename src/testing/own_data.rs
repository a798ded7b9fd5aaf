//! Copies of people's data.

use std::io::{Cursor, Read};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::platform::db::schema::stored_files;
use crate::platform::error::AppResult;
use crate::platform::files::StoredFile;
use crate::testing::site::TestSite;

/// Returns names and texts of the files in the only copy of the site.
pub async fn own_copy(site: &TestSite) -> Vec<(String, String)> {
    let stored: AppResult<StoredFile> = (site.test.db)
        .within(site.test.organization, async |conn| {
            Ok(stored_files::table
                .filter(stored_files::media_type.eq("application/zip"))
                .select(StoredFile::as_select())
                .first(conn)
                .await?)
        })
        .await;
    let content = site.state.files.read(&stored.expect("a zip")).await;
    let mut zip = zip::ZipArchive::new(Cursor::new(content.expect("its content"))).unwrap();
    let mut files = Vec::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        files.push((file.name().unwrap().into_owned(), text));
    }
    files
}
