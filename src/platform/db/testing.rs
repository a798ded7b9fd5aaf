//! A database for each test, cloned from a migrated template in about 80 ms. Tests use the
//! application's role.
#![expect(clippy::disallowed_methods, reason = "statements of tests run once")]

use std::sync::Arc;

use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use tokio::sync::OnceCell;

use super::{Db, migrate, organizations};
use crate::ai::ModelProcess;
use crate::config::{
    AiConfig, Config, DatabaseConfig, DocumentsConfig, LogConfig, LogFormat, MailConfig,
    StripeConfig,
};
use crate::ids::OrganizationId;

pub struct TestDb {
    pub db: Db,
    pub config: Config,
    pub organization: OrganizationId,
    name: String,
    _data: tempfile::TempDir,
}

static TEMPLATE: OnceCell<String> = OnceCell::const_new();

/// The owner's address of the PostgreSQL cluster for tests.
fn cluster() -> String {
    std::env::var("DATABASE_URL").expect("tests need DATABASE_URL, the owner's address of a PostgreSQL for tests; bin/test brings one")
}

fn address_of(database: &str) -> String {
    let mut url = url::Url::parse(&cluster()).expect("DATABASE_URL is a URL");
    url.set_path(&format!("/{database}"));
    url.into()
}

async fn owner(database: &str) -> AsyncPgConnection {
    AsyncPgConnection::establish(&address_of(database))
        .await
        .expect("the test cluster answers")
}

pub fn config_for(database: &str, data_dir: &std::path::Path) -> Config {
    Config {
        database: DatabaseConfig {
            owner_url: Some(address_of(database)),
            app_url: None,
            system_url: None,
            direct_url: None,
            pool: 8,
        },
        log: LogConfig {
            filter: "warn".into(),
            format: LogFormat::Pretty,
        },
        data_dir: data_dir.to_owned(),
        public_url: "http://127.0.0.1:3000".parse().expect("a URL"),
        mail: MailConfig {
            smtp_url: None,
            from: "Lyceum <lyceum@localhost>".into(),
            print_links: false,
        },
        files_url: None,
        // A folder without fonts: tests must not depend on those of the machine.
        fonts_dir: Some(data_dir.join("fonts")),
        // Tests fetch from servers of their own, and watch folders of their own.
        documents: DocumentsConfig {
            watch_roots: vec![data_dir.join("watched")],
            fetch_private: true,
        },
        stripe: StripeConfig {
            secret_key: None,
            webhook_secret: None,
            api: "http://127.0.0.1:1".parse().expect("a URL"),
        },
        ai: AiConfig {
            chat_model: None,
            base_url: "http://127.0.0.1:1".parse().expect("a URL"),
            api_key: None,
            input_price: None,
            output_price: None,
            learner_tokens: 100_000,
            organization_tokens: 1_000_000,
            seconds: 10,
            process: ModelProcess::default(),
        },
    }
}

/// Creates an empty database without migrations.
pub async fn empty() -> (String, Config, tempfile::TempDir) {
    crate::testing::begin();
    let name = format!("lyceum_test_{}", uuid::Uuid::new_v4().simple());
    owner("postgres")
        .await
        .batch_execute(&format!("create database {name}"))
        .await
        .expect("a test database");
    let data = tempfile::tempdir().expect("a folder");
    let config = config_for(&name, data.path());
    (name, config, data)
}

async fn template() -> &'static str {
    TEMPLATE
        .get_or_init(|| async {
            let (name, config, _data) = empty().await;
            migrate::migrate(&config.database)
                .await
                .expect("the template migrates");
            name
        })
        .await
}

impl TestDb {
    pub async fn new() -> Self {
        let template = template().await;
        let name = format!("lyceum_test_{}", uuid::Uuid::new_v4().simple());
        let mut conn = owner("postgres").await;
        // PostgreSQL cannot copy a template twice at the same time.
        conn.batch_execute("select pg_advisory_lock(4711)")
            .await
            .expect("the lock");
        conn.batch_execute(&format!("create database {name} template {template}"))
            .await
            .expect("a clone");
        conn.batch_execute("select pg_advisory_unlock(4711)")
            .await
            .expect("the lock");
        let data = tempfile::tempdir().expect("a folder");
        let config = config_for(&name, data.path());
        let db = Db::new(&config.database).expect("pools");
        let organization = {
            let mut conn = db.system().await.expect("the system role signs in");
            organizations::by_slug(&mut conn, organizations::FIRST)
                .await
                .expect("a query")
                .expect("the first organization")
        };
        Self {
            db,
            config,
            organization: organization.organization_id,
            name,
            _data: data,
        }
    }

    /// A connection as the owner, to whom no row-level security applies. For checks of a test's
    /// effects.
    pub async fn owner(&self) -> AsyncPgConnection {
        owner(&self.name).await
    }

    /// Creates a second organization with a domain.
    pub async fn other_organization(&self, slug: &str, domain: &str) -> OrganizationId {
        let mut conn = self.db.system().await.expect("the system role signs in");
        organizations::create(&mut conn, slug, slug, Some(domain))
            .await
            .expect("an organization")
            .organization_id
    }

    /// Runs a query as the owner and returns its only value as a number.
    pub async fn count(&self, sql: &str) -> i64 {
        #[derive(diesel::QueryableByName)]
        struct Count {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            n: i64,
        }
        let mut conn = self.owner().await;
        diesel::sql_query(format!("select ({sql})::bigint as n"))
            .get_result::<Count>(&mut conn)
            .await
            .expect("a number")
            .n
    }

    /// Runs a query as the owner and returns its only value as text.
    pub async fn text(&self, sql: &str) -> String {
        #[derive(diesel::QueryableByName)]
        struct Text {
            #[diesel(sql_type = diesel::sql_types::Text)]
            value: String,
        }
        let mut conn = self.owner().await;
        diesel::sql_query(format!("select ({sql})::text as value"))
            .get_result::<Text>(&mut conn)
            .await
            .expect("a value")
            .value
    }

    /// Runs statements as the owner, in the first organization: rows need no `organization_id`.
    ///
    /// For states that no builder of the whole site makes. Panics if they fail.
    pub async fn sql(&self, sql: &str) {
        self.try_sql(sql)
            .await
            .unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    /// Runs statements like [`Self::sql`]. Returns true if the database refuses them.
    pub async fn refuses(&self, sql: &str) -> bool {
        self.try_sql(sql).await.is_err()
    }

    async fn try_sql(&self, sql: &str) -> diesel::QueryResult<()> {
        let bound = format!(
            "select set_config('app.organization_id', '{}', false);",
            self.organization
        );
        let mut conn = self.owner().await;
        conn.batch_execute(&bound).await?;
        conn.batch_execute(sql).await
    }

    pub fn shared_config(&self) -> Arc<Config> {
        Arc::new(self.config.clone())
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        self.db.close();
        let name = self.name.clone();
        // `drop` cannot await, so a task removes the database. `bin/postgres reset` removes those
        // that remain.
        if let Ok(handle) = tokio::runtime::Handle::try_current() {
            handle.spawn(async move {
                if let Ok(mut conn) = AsyncPgConnection::establish(&address_of("postgres")).await {
                    let sql = format!("drop database if exists {name} with (force)");
                    let _ = conn.batch_execute(&sql).await;
                }
            });
        }
    }
}
