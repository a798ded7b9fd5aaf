//! Files: stored in an object store (a local folder, or S3) under the hash of their content. They
//! are served, with ranges, to everybody who may see the object that a file belongs to.

pub mod delete;
pub mod polyglot;
pub mod scratch;
pub mod serve;

use std::sync::Arc;

use bytes::Bytes;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, PutPayload};
use sha2::{Digest, Sha256};

use crate::platform::config::Config;
use crate::platform::db::Conn;
use crate::platform::db::schema::stored_files;
use crate::platform::error::{AppError, AppResult};
use crate::platform::figures::megabytes;
use crate::platform::ids::{FileId, OrganizationId};

#[derive(Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = stored_files)]
pub struct StoredFile {
    pub file_id: FileId,
    pub object_key: String,
    pub media_type: String,
    pub size_bytes: i64,
}

impl Files {
    pub fn new(config: &Config) -> Result<Self, String> {
        let store: Arc<dyn ObjectStore> = match &config.files_url {
            None => {
                let folder = config.data_dir.join("files");
                std::fs::create_dir_all(&folder).map_err(|error| {
                    format!("The folder {} can't be created: {error}", folder.display())
                })?;
                Arc::new(
                    LocalFileSystem::new_with_prefix(folder).map_err(|error| error.to_string())?,
                )
            }
            Some(url) if url.scheme() == "s3" => {
                let bucket = AmazonS3Builder::from_env()
                    .with_url(url.as_str())
                    .build()
                    .map_err(|error| format!("LYCEUM_FILES_URL can't be used: {error}"))?;
                Arc::new(PrefixStore::new(bucket, Path::from(url.path())))
            }
            Some(_) => {
                return Err(
                    "LYCEUM_FILES_URL must be like s3://bucket/prefix, or empty.".to_owned(),
                );
            }
        };
        Ok(Self { store })
    }

    /// Files that are lost when the value is dropped, for what is only tried.
    pub fn in_memory() -> Self {
        Self {
            store: Arc::new(InMemory::new()),
        }
    }

    /// Checks the content, then stores it and its row. The same content is stored only once. The
    /// object is written before the row, so that no row names a missing file. Locks keep the row
    /// and the object from being deleted until the caller's transaction refers to the file.
    pub async fn put(
        &self,
        conn: &mut Conn,
        organization: OrganizationId,
        media_type: &str,
        content: Vec<u8>,
    ) -> AppResult<FileId> {
        check(media_type, &content).map_err(|problem| AppError::field("", problem))?;
        let sha256 = Sha256::digest(&content).to_vec();
        let hex: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        let object_key = format!("{organization}/{}/{hex}", &hex[..2]);
        let size = content.len() as i64;
        delete::keep_objects(conn).await?;
        let known: Option<FileId> = stored_files::table
            .filter(stored_files::object_key.eq(&object_key))
            .filter(stored_files::media_type.eq(media_type))
            .select(stored_files::file_id)
            .for_key_share()
            .first(conn)
            .await
            .optional()?;
        if let Some(file) = known {
            return Ok(file);
        }
        self.store
            .put(
                &Path::from(object_key.as_str()),
                PutPayload::from_bytes(Bytes::from(content)),
            )
            .await
            .map_err(|error| AppError::internal(&error))?;
        let file = diesel::insert_into(stored_files::table)
            .values((
                stored_files::object_key.eq(&object_key),
                stored_files::media_type.eq(media_type),
                stored_files::size_bytes.eq(size),
                stored_files::sha256.eq(sha256),
            ))
            .on_conflict((
                stored_files::organization_id,
                stored_files::object_key,
                stored_files::media_type,
            ))
            .do_update()
            .set(stored_files::size_bytes.eq(size))
            .returning(stored_files::file_id)
            .get_result(conn)
            .await?;
        Ok(file)
    }

    /// Returns the whole content of a file.
    pub async fn read(&self, file: &StoredFile) -> AppResult<Bytes> {
        let path = Path::from(file.object_key.as_str());
        let found = self.store.get(&path).await;
        let found = found.map_err(|error| AppError::internal(&error))?;
        found
            .bytes()
            .await
            .map_err(|error| AppError::internal(&error))
    }
}

/// Largest size of a file, in bytes.
pub const SIZE_LIMIT: usize = 512 * 1024 * 1024;

/// Checks by the first bytes whether the content has the given media type. Files are served with
/// their media type, so a page disguised as a picture could otherwise be stored and opened later.
fn check(media_type: &str, content: &[u8]) -> Result<(), String> {
    if content.is_empty() {
        return Err("The file is empty.".to_owned());
    }
    if content.len() > SIZE_LIMIT {
        return Err(format!(
            "The file has {}; at most {} are allowed.",
            megabytes(content.len()),
            megabytes(SIZE_LIMIT)
        ));
    }
    let kind = media_type.split(';').next().unwrap_or_default().trim();
    let (family, _) = kind.split_once('/').unwrap_or((kind, ""));
    let right = match (family, kind) {
        (_, "image/svg+xml") => {
            std::str::from_utf8(content).is_ok_and(|text| text.contains("<svg"))
        }
        ("text", _) | (_, "application/json" | "application/x-ipynb+json") => {
            std::str::from_utf8(content).is_ok()
        }
        ("image", _) => infer::is_image(content),
        ("audio" | "video", _) => infer::is_audio(content) || infer::is_video(content),
        (_, "application/pdf") => infer::is_mime(content, "application/pdf"),
        _ => true,
    };
    match right {
        true => Ok(()),
        false => Err(format!(
            "The file claims to be {kind}, but its content is something else."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_type_says() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        let page = b"<html><script>alert(1)</script>";
        assert_eq!(check("image/png", png), Ok(()));
        assert_eq!(check("text/plain; charset=utf-8", page), Ok(()));
        assert_eq!(check("image/svg+xml", b"<svg xmlns='x'/>"), Ok(()));
        assert_eq!(check("application/pdf", b"%PDF-1.7 "), Ok(()));
        for (kind, content) in [
            ("image/png", &page[..]),
            ("image/svg+xml", page),
            ("video/mp4", page),
            ("application/pdf", page),
            ("text/vtt", &png[..]),
            ("image/png", b""),
        ] {
            assert!(check(kind, content).is_err(), "{kind}");
        }
    }
}
