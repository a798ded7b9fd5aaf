//! Files: kept in an object store (a local folder, or S3 by configuration) under the hash of their content, and served
//! with ranges to whoever may see what they belong to.

pub mod serve;

use std::sync::Arc;

use bytes::Bytes;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, PutPayload};
use sha2::{Digest, Sha256};

use crate::platform::config::Config;
use crate::platform::db::Conn;
use crate::platform::db::schema::stored_files;
use crate::platform::error::{AppError, AppResult};
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
                    format!("The folder {} can't be made: {error}", folder.display())
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

    /// Stores the content and its row; content that is there already is stored once. The object is written before the
    /// row exists, so a row never names a file that isn't there.
    pub async fn put(
        &self,
        conn: &mut Conn,
        organization: OrganizationId,
        media_type: &str,
        content: Vec<u8>,
    ) -> AppResult<FileId> {
        let sha256 = Sha256::digest(&content).to_vec();
        let hex: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        let object_key = format!("{organization}/{}/{hex}", &hex[..2]);
        let size = content.len() as i64;
        let known: Option<FileId> = stored_files::table
            .filter(stored_files::object_key.eq(&object_key))
            .filter(stored_files::media_type.eq(media_type))
            .select(stored_files::file_id)
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
}
