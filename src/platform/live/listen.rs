//! Publishes events, and receives those of all replicas on one connection.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::QueryResult;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures::StreamExt;
use futures::future::BoxFuture;
use tokio::sync::{broadcast, watch};
use uuid::Uuid;

use crate::config::Config;
use crate::db::{Conn, Db, roles, statement};
use crate::error::AppResult;
use crate::ids::{OrganizationId, UserId};

/// Channel of PostgreSQL's notifications.
const CHANNEL: &str = "lyceum_live";

/// Events that a slow stream may lag behind before it reads from the database instead.
const BACKLOG: usize = 1_024;

/// Time before the connection is opened again after an error.
const RETRY: Duration = Duration::from_secs(1);

/// Returns the people who may know of an event with the topic, at the moment of the call.
pub type MaySee = for<'c> fn(&'c mut Conn, &'c str) -> BoxFuture<'c, QueryResult<HashSet<UserId>>>;

/// Stores and announces an event of the topic, in the transaction of the change.
pub async fn publish(conn: &mut Conn, topic: &str) -> QueryResult<()> {
    statement(
        "with event as (insert into live_events (event_id, topic) values ($1, $2) returning *)
         select pg_notify('lyceum_live', event_id || ' ' || organization_id || ' ' || topic) from event",
    )
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<Text, _>(topic)
    .execute(conn)
    .await
    .map(drop)
}

/// A message to all streams of this process.
#[derive(Debug, Clone)]
pub(super) enum Delivery {
    Event(Arc<Announced>),
    /// Events may have been missed: each stream reads from the database.
    Resync,
}

#[derive(Debug)]
pub(super) struct Announced {
    pub event_id: Uuid,
    pub organization: OrganizationId,
    pub topic: String,
    pub audience: HashSet<UserId>,
}

/// The live events of this process.
#[derive(Clone)]
pub struct Live(Arc<Inner>);

struct Inner {
    db: Db,
    config: Arc<Config>,
    /// For each feature, by the part of a topic before its first slash.
    may_see: HashMap<&'static str, MaySee>,
    sender: broadcast::Sender<Delivery>,
    stop: watch::Sender<bool>,
    listens: AtomicBool,
}

impl Live {
    pub fn new(db: Db, config: Arc<Config>, features: &[(&'static str, MaySee)]) -> Self {
        Self(Arc::new(Inner {
            db,
            config,
            may_see: features.iter().copied().collect(),
            sender: broadcast::channel(BACKLOG).0,
            stop: watch::channel(false).0,
            listens: AtomicBool::new(false),
        }))
    }

    /// Ends all streams, because a server can't stop while one is open.
    pub fn stop(&self) {
        self.0.stop.send_replace(true);
    }

    pub(super) fn stopped(&self) -> watch::Receiver<bool> {
        self.0.stop.subscribe()
    }

    /// Receives events from now on. The first call opens the connection that listens.
    pub(super) fn receive(&self) -> broadcast::Receiver<Delivery> {
        let receiver = self.0.sender.subscribe();
        if !self.0.listens.swap(true, Ordering::SeqCst) {
            tokio::spawn(self.clone().listen());
        }
        receiver
    }

    /// Returns the people who may know of an event with the topic.
    pub(super) async fn audience(
        &self,
        conn: &mut Conn,
        topic: &str,
    ) -> QueryResult<HashSet<UserId>> {
        let feature = topic.split('/').next().unwrap_or_default();
        match self.0.may_see.get(feature) {
            Some(may_see) => may_see(conn, topic).await,
            None => Ok(HashSet::new()),
        }
    }

    async fn listen(self) {
        let mut stopped = self.stopped();
        loop {
            tokio::select! {
                ended = self.listen_once() => {
                    if let Err(error) = ended {
                        tracing::warn!(%error, "listening for live events ended");
                    }
                }
                _ = stopped.wait_for(|stop| *stop) => return,
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    async fn listen_once(&self) -> Result<(), String> {
        let url = match &self.0.config.database.direct_url {
            Some(url) => url.clone(),
            None => roles::Urls::of(&self.0.config.database)?.system,
        };
        let mut conn = AsyncPgConnection::establish(&url)
            .await
            .map_err(|error| error.to_string())?;
        conn.batch_execute(&format!("listen {CHANNEL}"))
            .await
            .map_err(|error| error.to_string())?;
        // Events before this moment were announced to nobody.
        let _ = self.0.sender.send(Delivery::Resync);
        let mut notices = std::pin::pin!(conn.notifications_stream());
        while let Some(notice) = notices.next().await {
            let notice = notice.map_err(|error| error.to_string())?;
            let Some((event_id, organization, topic)) = parse(&notice.payload) else {
                continue;
            };
            let delivery = match self.announced(event_id, organization, topic).await {
                Ok(announced) => Delivery::Event(Arc::new(announced)),
                Err(error) => {
                    tracing::warn!(%error, "the audience of a live event can't be read");
                    Delivery::Resync
                }
            };
            // Fails only if no stream is open.
            let _ = self.0.sender.send(delivery);
        }
        Ok(())
    }

    async fn announced(
        &self,
        event_id: Uuid,
        organization: OrganizationId,
        topic: String,
    ) -> AppResult<Announced> {
        let live = self.clone();
        let of = topic.clone();
        let audience = (self.0.db)
            .within(organization, async move |conn| {
                AppResult::Ok(live.audience(conn, &of).await?)
            })
            .await?;
        Ok(Announced {
            event_id,
            organization,
            topic,
            audience,
        })
    }
}

/// Reads the id, the organization and the topic.
fn parse(payload: &str) -> Option<(Uuid, OrganizationId, String)> {
    let mut parts = payload.splitn(3, ' ');
    let event_id = parts.next()?.parse().ok()?;
    let organization = OrganizationId(parts.next()?.parse().ok()?);
    Some((event_id, organization, parts.next()?.to_owned()))
}
