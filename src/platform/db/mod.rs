//! The database: two pools, and transactions that are bound to one organization.
//!
//! Pages and server functions use [`Db::within`]. It opens a transaction as the role `lyceum_app`
//! and sets `app.organization_id` for this transaction only. Row-level security then hides the rows
//! of other organizations. [`Db::system`] sees all organizations. Only code that needs that may use
//! it: finding the organization of a Host, claiming jobs, partitions and retention.

pub mod migrate;
pub mod organizations;
pub mod roles;
pub mod schema;
mod statement;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use diesel::connection::InstrumentationEvent;
use diesel_async::pooled_connection::deadpool::{Object, Pool, PoolError};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig};
use diesel_async::{
    AnsiTransactionManager, AsyncConnection, AsyncPgConnection, TransactionManager,
};

use crate::config::DatabaseConfig;
use crate::ids::OrganizationId;

pub use self::statement::statement;

pub type Conn = AsyncPgConnection;

/// An async closure over a connection, with a future that can move between threads. `AsyncFnOnce`
/// cannot express this bound yet, and diesel-async keeps the same trait private.
pub trait Work<T, R>: AsyncFnOnce(T) -> R + FnOnce(T) -> <Self as Work<T, R>>::Fut {
    type Fut: Future<Output = R>;
}

impl<F, T, Fut, R> Work<T, R> for F
where
    F: AsyncFnOnce(T) -> R + FnOnce(T) -> Fut,
    Fut: Future<Output = R>,
{
    type Fut = Fut;
}

#[derive(Clone)]
pub struct Db {
    app: Pool<Conn>,
    system: Pool<Conn>,
    statements: Arc<AtomicU64>,
}

impl Db {
    /// Creates the pools. They connect at first use, so a database that is down fails at the first
    /// query.
    pub fn new(config: &DatabaseConfig) -> Result<Self, String> {
        let urls = roles::Urls::of(config)?;
        let statements = Arc::default();
        Ok(Self {
            app: pool(&urls.app, config.pool, &statements)?,
            system: pool(&urls.system, config.pool.div_ceil(4).max(2), &statements)?,
            statements,
        })
    }

    /// Runs `work` in one transaction of an organization. Commits if `work` succeeds, and rolls
    /// back on an error.
    pub async fn within<F, R, E>(&self, organization: OrganizationId, work: F) -> Result<R, E>
    where
        for<'r> F: AsyncFnOnce(&'r mut Conn) -> Result<R, E>
            + Work<&'r mut Conn, Result<R, E>, Fut: Send>
            + Send,
        R: Send,
        E: From<diesel::result::Error> + From<PoolError> + Send,
    {
        let mut conn = self.app.get().await?;
        transaction(&mut conn, &bind_sql(organization), work).await
    }

    /// A connection of the application's role outside a transaction. It sees no rows of any
    /// organization, except through database functions that take the organization as an argument,
    /// and one that tells the organization of a payment at the provider.
    pub async fn unbound(&self) -> Result<Object<Conn>, PoolError> {
        self.app.get().await
    }

    /// A connection that sees all organizations. See the module for the code that may use it.
    pub async fn system(&self) -> Result<Object<Conn>, PoolError> {
        self.system.get().await
    }

    pub fn close(&self) {
        self.app.close();
        self.system.close();
    }

    /// Number of statements sent so far. Used by the metrics, and by tests that keep a page from
    /// querying in a loop.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Numbers of busy and idle connections in the application's pool, for the metrics.
    pub fn pool_status(&self) -> (usize, usize) {
        let status = self.app.status();
        (
            status.size.saturating_sub(status.available),
            status.available,
        )
    }
}

/// Waits for a lock on the name, and holds it until the transaction ends.
pub async fn lock(conn: &mut Conn, name: &str) -> diesel::QueryResult<()> {
    let wait = statement("select pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<diesel::sql_types::Text, _>(name);
    diesel_async::RunQueryDsl::execute(wait, conn)
        .await
        .map(drop)
}

/// The statements that begin each transaction. They go out in one round trip.
fn bind_sql(organization: OrganizationId) -> String {
    format!("BEGIN; SELECT set_config('app.organization_id', '{organization}', true)")
}

async fn transaction<F, R, E>(conn: &mut Conn, begin: &str, work: F) -> Result<R, E>
where
    for<'r> F: AsyncFnOnce(&'r mut Conn) -> Result<R, E>
        + Work<&'r mut Conn, Result<R, E>, Fut: Send>
        + Send,
    R: Send,
    E: From<diesel::result::Error> + Send,
{
    AnsiTransactionManager::begin_transaction_sql(conn, begin).await?;
    match work(&mut *conn).await {
        Ok(value) => {
            AnsiTransactionManager::commit_transaction(conn).await?;
            Ok(value)
        }
        Err(error) => match AnsiTransactionManager::rollback_transaction(conn).await {
            Ok(()) | Err(diesel::result::Error::BrokenTransactionManager) => Err(error),
            Err(rollback) => Err(rollback.into()),
        },
    }
}

/// Time to wait for a connection.
const WAIT: Duration = Duration::from_secs(10);

fn pool(url: &str, size: usize, statements: &Arc<AtomicU64>) -> Result<Pool<Conn>, String> {
    let mut config = ManagerConfig::<Conn>::default();
    config.recycling_method = diesel_async::pooled_connection::RecyclingMethod::Fast;
    let statements = statements.clone();
    config.custom_setup = Box::new(move |url| {
        let (url, statements) = (url.to_owned(), statements.clone());
        Box::pin(async move {
            let mut conn = Conn::establish(&url).await?;
            conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                if let InstrumentationEvent::StartQuery { .. } = event {
                    statements.fetch_add(1, Ordering::Relaxed);
                }
            });
            Ok(conn)
        })
    });
    let manager = AsyncDieselConnectionManager::<Conn>::new_with_config(with_options(url)?, config);
    Pool::builder(manager)
        .max_size(size)
        .wait_timeout(Some(WAIT))
        .create_timeout(Some(WAIT))
        .recycle_timeout(Some(WAIT / 2))
        .runtime(deadpool::Runtime::Tokio1)
        .build()
        .map_err(|error| format!("The database pool can't be created: {error}"))
}

/// Adds timeouts to the address. Otherwise a statement that hangs would hold its connection
/// forever.
fn with_options(url: &str) -> Result<String, String> {
    let mut url =
        url::Url::parse(url).map_err(|_| "The database address is not a URL.".to_owned())?;
    if !url.query_pairs().any(|(name, _)| name == "options") {
        // Compiling a plan takes longer than any of our statements runs.
        let options =
            "-c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000 -c jit=off";
        let query = match url.query() {
            Some(query) => format!("{query}&options={}", encode(options)),
            None => format!("options={}", encode(options)),
        };
        url.set_query(Some(&query));
    }
    Ok(url.into())
}

fn encode(text: &str) -> String {
    text.replace(' ', "%20").replace('=', "%3D")
}
