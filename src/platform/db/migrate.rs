//! Migrates a database to the schema of this binary.

use diesel::QueryableByName;
use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{organizations, roles, statement};
use crate::config::DatabaseConfig;

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// Creates the roles, the extension, the schema and the first organization, if they are missing.
/// Returns the migrations that ran.
pub async fn migrate(config: &DatabaseConfig) -> Result<Vec<String>, String> {
    let owner = config
        .owner_url
        .as_deref()
        .ok_or("Migrations need DATABASE_URL, the owner's address.")?;
    let mut conn = connect(owner).await?;
    roles::bootstrap(&mut conn, config)
        .await
        .map_err(|error| format!("The database roles can't be created: {error}"))?;
    let ran = run(conn).await?;
    let mut conn = connect(owner).await?;
    organizations::ensure_first(&mut conn)
        .await
        .map_err(|error| format!("The first organization can't be created: {error}"))?;
    Ok(ran)
}

/// The migrations of this binary that the database lacks.
pub async fn pending(config: &DatabaseConfig) -> Result<Vec<String>, String> {
    let mut conn = connect(&roles::Urls::of(config)?.system).await?;
    // Diesel's own harness would first create its table, which only the owner may do. An empty
    // database lacks that table, and then every migration is pending.
    let has_run: Vec<Version> = statement("select version from __diesel_schema_migrations")
        .load(&mut conn)
        .await
        .unwrap_or_default();
    let known =
        MigrationSource::<Pg>::migrations(&MIGRATIONS).map_err(|error| error.to_string())?;
    Ok(known
        .iter()
        .filter(|migration| {
            let version = migration.name().version().to_string();
            !has_run.iter().any(|row| row.version == version)
        })
        .map(|migration| migration.name().to_string())
        .collect())
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
}

async fn run(conn: AsyncPgConnection) -> Result<Vec<String>, String> {
    blocking(conn, |conn| {
        let ran = conn
            .run_pending_migrations(MIGRATIONS)
            .map_err(|error| format!("A migration failed: {error}"))?;
        let ran = ran.iter().map(ToString::to_string).collect();
        use diesel::connection::SimpleConnection;
        conn.batch_execute(
            "grant select on __diesel_schema_migrations to lyceum_system, lyceum_app",
        )
        .map_err(|error| error.to_string())?;
        Ok(ran)
    })
    .await
}

async fn connect(url: &str) -> Result<AsyncPgConnection, String> {
    AsyncPgConnection::establish(url)
        .await
        .map_err(|error| format!("The database can't be reached: {error}"))
}

/// Runs Diesel's synchronous migration harness over an asynchronous connection, on a thread of its
/// own.
pub(super) async fn blocking<R: Send + 'static>(
    conn: AsyncPgConnection,
    work: impl FnOnce(&mut AsyncConnectionWrapper<AsyncPgConnection>) -> Result<R, String>
    + Send
    + 'static,
) -> Result<R, String> {
    tokio::task::spawn_blocking(move || work(&mut AsyncConnectionWrapper::from(conn)))
        .await
        .map_err(|error| error.to_string())?
}
